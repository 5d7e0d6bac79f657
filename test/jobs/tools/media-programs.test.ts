import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { prepareGuard, type Guard } from '../../../src/jobs/tools/guard.ts';
import { findMediaProgram } from '../../../src/jobs/tools/media-programs.ts';
import { createMediaTools } from '../../../src/jobs/tools/media-tools.ts';
import { film } from '../../support/media/films.ts';
import { inputFor, realTools, temporaryFolder } from '../../support/media/tools.ts';
import { processVideo } from '../../../src/jobs/files/processors/video.ts';

let guard: Guard;
beforeAll(async () => {
  guard = await prepareGuard(() => undefined);
});

async function program(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('a configured program wins over the one in PATH', async () => {
  const folder = await temporaryFolder();
  await program(join(folder, 'bin'), 'ffmpeg', 'echo "ffmpeg version 1.0 of PATH"');
  const configured = await program(folder, 'my ffmpeg', 'echo "ffmpeg version 2.0 of mine"');
  const found = await findMediaProgram(guard, 'ffmpeg', { ffmpegPath: configured, searchPath: join(folder, 'bin') });
  expect(found).toEqual({ path: configured, version: '2.0', source: 'configured' });
});

test('a configured program that is not there is said, and no other one taken in its place', async () => {
  const { ffmpeg } = await realTools.programs();
  const options = { ffmpegPath: '/nowhere/ffmpeg', searchPath: dirname(ffmpeg.path) };
  await expect(findMediaProgram(guard, 'ffmpeg', options)).rejects.toMatchObject({
    code: 'tool_unavailable',
    message: 'expected ffmpeg at /nowhere/ffmpeg, got no program there',
  });
});

test('the first program in PATH is taken; relative folders and files that may not be run are passed over', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'a', 'ffprobe'), { recursive: true });
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'b', 'ffprobe'), 'not executable', { mode: 0o600 });
  const path = await program(join(folder, 'c'), 'ffprobe', 'echo "ffprobe version n7.1-3"');
  const searchPath = ['', '.', 'bin', join(folder, 'a'), join(folder, 'b'), join(folder, 'c')].join(':');
  expect(await findMediaProgram(guard, 'ffprobe', { searchPath })).toEqual({ path, version: 'n7.1-3', source: 'path' });
});

test('something else under the name is not taken for it', async () => {
  const folder = await temporaryFolder();
  await program(folder, 'ffmpeg', 'echo "I am a dog" >&2; exit 3');
  await expect(findMediaProgram(guard, 'ffmpeg', { searchPath: folder })).rejects.toMatchObject({
    code: 'tool_unavailable',
    message: expect.stringContaining('I am a dog'),
  });
});

test('without one in PATH the development binaries work, are marked as such, and are warned of once', async () => {
  const warnings: string[] = [];
  const tools = createMediaTools({ searchPath: '/nowhere', warn: (message) => warnings.push(message) });
  const input = await inputFor(await film('mp4'), { tools });
  const { poster } = await processVideo(input);
  await processVideo(input);
  expect(poster?.width).toBe(600);
  expect((await tools.programs()).ffmpeg.source).toBe('npm');
  expect(warnings.filter((warning) => warning.includes('ffmpeg'))).toHaveLength(1);
  expect(warnings.filter((warning) => warning.includes('ffprobe'))).toHaveLength(1);
});

test('a missing tool is found once it is installed, without a restart', async () => {
  const folder = await temporaryFolder();
  const configured = join(folder, 'ffmpeg');
  const { ffprobe } = await realTools.programs();
  const tools = createMediaTools({
    ffmpegPath: configured,
    ffprobePath: ffprobe.path,
    searchPath: '',
    warn: () => undefined,
  });
  await expect(tools.programs()).rejects.toMatchObject({ code: 'tool_unavailable' });
  await program(folder, 'ffmpeg', 'echo "ffmpeg version 9"');
  expect((await tools.programs()).ffmpeg.version).toBe('9');
});
