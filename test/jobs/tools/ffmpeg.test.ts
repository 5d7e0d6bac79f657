import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { MediaInput } from '../../../src/jobs/tools/ffmpeg.ts';
import { film, hugePngInMov, sound } from '../../support/media/films.ts';
import { realTools, temporaryFolder } from '../../support/media/tools.ts';

const { ffmpeg } = realTools;
const run = promisify(execFile);
/** Everything that any file may be opened as, so that a refusal does not come from a narrow list. */
const EVERY_FORMAT = ['mov', 'matroska', 'avi', 'flv', 'asf', 'ogg', 'mp3', 'wav', 'flac', 'aac', 'aiff', 'bmp_pipe'];

async function input(path: string, choices: Partial<MediaInput> = {}): Promise<MediaInput> {
  const signal = new AbortController().signal;
  return { path, formats: EVERY_FORMAT, label: 'MP4 video', scratch: await temporaryFolder(), signal, ...choices };
}

const FRAME = { streamIndex: 0, atSeconds: 0, width: 64, height: 36 };

describe('what a hostile file makes ffmpeg do', () => {
  test.each([
    ['an HLS playlist', (other: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${other}\n#EXT-X-ENDLIST\n`],
    ['a concat list', (other: string) => `ffconcat version 1.0\nfile ${other}\n`],
    ['a subtitle index', (other: string) => `# VobSub index file, v7\nid: en\n${other}\n`],
  ])('%s called .mp4 does not read the file that it names', async (_what, playlist) => {
    const folder = await temporaryFolder();
    await copyFile(await film('mp4'), join(folder, 'secret.mp4'));
    for (const other of ['secret.mp4', join(folder, 'secret.mp4'), `file:${join(folder, 'secret.mp4')}`]) {
      const path = join(folder, 'film.mp4');
      await writeFile(path, playlist(other));
      await expect(ffmpeg.probe(await input(path))).rejects.toMatchObject({ name: 'BadInput' });
      const output = join(folder, 'poster.jpg');
      await expect(ffmpeg.extractFrame(await input(path), { ...FRAME, output })).rejects.toMatchObject({
        name: 'BadInput',
      });
      expect(await readdir(folder)).toEqual(['film.mp4', 'secret.mp4']);
    }
  });

  test('no playlist and no name makes it open a connection', async () => {
    let visits = 0;
    const server = createServer((_request, response) => {
      visits += 1;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/film.mp4`;
    const folder = await temporaryFolder();
    const path = join(folder, 'film.m3u8');
    await writeFile(path, `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${url}\n#EXT-X-ENDLIST\n`);
    await expect(ffmpeg.probe(await input(path))).rejects.toMatchObject({ name: 'BadInput' });
    await expect(ffmpeg.probe(await input(url))).rejects.toThrow();
    server.close();
    expect(visits).toBe(0);
  });

  test('a picture of 256 megapixels in a film is refused before it is decoded', async () => {
    const output = join(await temporaryFolder(), 'poster.jpg');
    const path = await hugePngInMov();
    expect((await stat(path)).size).toBeLessThan(1_000_000);
    await expect(ffmpeg.extractFrame(await input(path), { ...FRAME, output })).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test('a pattern in a name does not read the files that it stands for', async () => {
    const folder = await temporaryFolder();
    await copyFile(await film('mp4'), join(folder, '1.mp4'));
    await expect(ffmpeg.probe(await input(join(folder, '%d.mp4')))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('what is pointed at', () => {
  test('a named pipe is refused instead of waited for', async () => {
    const path = join(await temporaryFolder(), 'film.mp4');
    await run('mkfifo', [path]);
    await expect(ffmpeg.probe(await input(path))).rejects.toMatchObject({ code: 'unsupported_input' });
  });

  test('a folder and a symbolic link are refused', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'film.mp4'));
    await symlink(await film('mp4'), join(folder, 'link.mp4'));
    for (const name of ['film.mp4', 'link.mp4']) {
      await expect(ffmpeg.probe(await input(join(folder, name)))).rejects.toMatchObject({ code: 'unsupported_input' });
    }
  });

  test('an empty file is called empty', async () => {
    const path = join(await temporaryFolder(), 'film.mp4');
    await writeFile(path, '');
    await expect(ffmpeg.probe(await input(path))).rejects.toMatchObject({ message: 'The file is empty.' });
  });

  test.each(['-i.mp4', '--guarded-run=x', 'a b  c.mp4', "it's.mp4", '$(touch x).mp4', '%03d.mp4', 'ü→é.mp4', ' .mp4'])(
    'a file called %j is read like any other',
    async (name) => {
      const folder = await temporaryFolder();
      await copyFile(await film('mp4'), join(folder, name));
      const report = await ffmpeg.probe(await input(join(folder, name)));
      expect(report.streams).toHaveLength(2);
      const output = join(folder, 'poster.jpg');
      expect(await ffmpeg.extractFrame(await input(join(folder, name)), { ...FRAME, output })).toBe(true);
    },
  );

  test('a line break in a name is refused', async () => {
    const path = join(await temporaryFolder(), 'a\nb.mp4');
    await copyFile(await film('mp4'), path);
    await expect(ffmpeg.probe(await input(path))).rejects.toMatchObject({ code: 'bad_path' });
  });
});

describe('what comes of it', () => {
  test('a file of another format than the one named is not opened', async () => {
    const wrong = await input(await film('mp4'), { formats: ['mp3'] });
    await expect(ffmpeg.probe(wrong)).rejects.toMatchObject({ code: 'unsupported_input' });
  });

  test('a frame behind the end is none, and leaves no file', async () => {
    const scratch = await temporaryFolder();
    const output = join(scratch, 'poster.jpg');
    const found = await ffmpeg.extractFrame(await input(await film('mp4')), { ...FRAME, atSeconds: 60, output });
    expect(found).toBe(false);
    expect(await readdir(scratch)).toEqual([]);
  });

  test('nothing is left in the scratch folder, whether it worked or not', async () => {
    const scratch = await temporaryFolder();
    await ffmpeg.probe(await input(await film('mp4'), { scratch }));
    expect(await ffmpeg.decodesSound(await input(await sound('flac'), { scratch }), 0)).toBe(true);
    const damaged = join(await temporaryFolder(), 'film.mp4');
    await writeFile(damaged, 'ftypisom nothing');
    await ffmpeg.probe(await input(damaged, { scratch })).catch(() => undefined);
    expect(await readdir(scratch)).toEqual([]);
  });

  test('twenty at once do not disturb each other', async () => {
    const paths = await Promise.all(['mp4', 'mkv', 'webm', 'avi'].map(film));
    const reports = await Promise.all(
      Array.from({ length: 20 }, async (_, turn) => ffmpeg.probe(await input(paths[turn % 4]!))),
    );
    const names = reports.map((report) => report.format.format_name?.split(',')[0]);
    expect(names).toEqual(Array.from({ length: 5 }, () => ['mov', 'matroska', 'matroska', 'avi']).flat());
  }, 60_000);
});
