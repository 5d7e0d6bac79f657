import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach } from 'vitest';
import type { ProcessorInput } from '../../../src/jobs/files/processors/processor-input.ts';
import { createMediaTools, type MediaTools } from '../../../src/jobs/tools/media-tools.ts';

const run = promisify(execFile);

/** The real tools, found as a worker finds them; a test that needs one fails when the machine has none. */
export const realTools: MediaTools = createMediaTools({
  searchPath: process.env['PATH'] ?? '',
  ffmpegPath: process.env['FFMPEG_PATH'],
  ffprobePath: process.env['FFPROBE_PATH'],
  warn: () => undefined,
});

/** Runs the same ffmpeg without any guard, to make fixtures. */
export async function ffmpeg(...args: string[]): Promise<void> {
  const { ffmpeg: program } = await realTools.programs();
  await run(program.path, ['-nostdin', '-v', 'error', '-y', ...args]);
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-test-'));
  folders.push(folder);
  return folder;
}

/** What a job would hand to a processor for this file. */
export async function inputFor(path: string, choices: Partial<ProcessorInput> = {}): Promise<ProcessorInput> {
  return {
    path,
    declared: { filename: basename(path), contentType: 'application/octet-stream' },
    workdir: await temporaryFolder(),
    signal: new AbortController().signal,
    tools: realTools,
    ...choices,
  };
}
