import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createMediaTools } from '../../../src/jobs/tools/media-tools.ts';
import { pngWithBigText } from '../../support/media/bombs.ts';
import { pdf } from '../../support/media/documents.ts';
import { children, isRunning, until } from '../../support/media/processes.ts';
import { temporaryFolder } from '../../support/media/tools.ts';

const run = promisify(execFile);
const tools = createMediaTools({ searchPath: process.env['PATH'] ?? '', warn: () => undefined });
const never = new AbortController().signal;
afterEach(() => tools.close());

async function document(name = 'report.pdf', info: Record<string, string> = { Title: 'A title' }): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, pdf(info));
  return path;
}

/** The exiftool processes that this process has started. */
const exiftools = () => [...children()].filter(([, line]) => line.includes('-stay_open')).map(([pid]) => pid);

describe('one exiftool for everybody', () => {
  test('many readers share one process, and closing ends it', async () => {
    const path = await document();
    const titles = await Promise.all(Array.from({ length: 10 }, () => tools.exif.read(path, ['Title'], never)));
    expect(titles.map((tags) => tags['Title'])).toEqual(Array.from({ length: 10 }, () => 'A title'));
    const [pid, ...others] = exiftools();
    expect(others).toEqual([]);
    await tools.close();
    await tools.close();
    await until('exiftool to be gone', () => !isRunning(pid!));
  });

  test('a reader that comes after the end starts a new one', async () => {
    const path = await document();
    await tools.exif.read(path, ['Title'], never);
    await tools.close();
    expect(await tools.exif.read(path, ['Title'], never)).toMatchObject({ Title: 'A title' });
  });

  test('closing what was never used starts nothing', async () => {
    await tools.close();
    expect(exiftools()).toEqual([]);
  });

  test('a process that was killed is replaced', async () => {
    const path = await document();
    await tools.exif.read(path, ['Title'], never);
    process.kill(exiftools()[0]!, 'SIGKILL');
    await until('exiftool to be gone', () => exiftools().length === 0);
    expect(await tools.exif.read(path, ['Title'], never)).toMatchObject({ Title: 'A title' });
  });
});

describe('what is pointed at', () => {
  test.each(['-execute.pdf', '-stay_open', 'a|id>x.pdf', '@args.pdf', '#comment.pdf', 'ü→é.pdf', 'a  b.pdf'])(
    'a file called %j is read like any other, and nothing else happens',
    async (name) => {
      const path = await document(name);
      expect(await tools.exif.read(path, ['Title'], never)).toMatchObject({ Title: 'A title' });
      expect(await readdir(join(path, '..'))).toEqual([name]);
    },
  );

  test('a line break in a name is refused, because it would be a line of options', async () => {
    const path = await document('a\n-delete_original.pdf');
    await expect(tools.exif.read(path, ['Title'], never)).rejects.toMatchObject({ code: 'bad_path' });
  });

  test('a folder and a named pipe are refused before exiftool sees them', async () => {
    const folder = await temporaryFolder();
    await run('mkfifo', [join(folder, 'pipe')]);
    await expect(tools.exif.read(folder, ['Title'], never)).rejects.toMatchObject({ code: 'unsupported_input' });
    await expect(tools.exif.read(join(folder, 'pipe'), ['Title'], never)).rejects.toMatchObject({
      code: 'unsupported_input',
    });
  });

  test('a configuration that lies beside the file is not run', async () => {
    const path = await document();
    const mark = join(path, '..', 'mark');
    await writeFile(join(path, '..', '.ExifTool_config'), `open(F, ">", "${mark}"); 1;`);
    await tools.exif.read(path, ['Title'], never);
    expect((await readdir(join(path, '..'))).sort()).toEqual(['.ExifTool_config', 'report.pdf']);
  });

  test('a tag that is more than a name is refused, because it could be an option that writes', async () => {
    const path = await document();
    for (const tag of ['Author=Mallory', 'overwrite_original', 'Title\n-execute', 'a b', '']) {
      await expect(tools.exif.read(path, [tag], never)).rejects.toMatchObject({ code: 'bad_tag' });
    }
    expect(await readdir(join(path, '..'))).toEqual(['report.pdf']);
  });
});

describe('what may go wrong', () => {
  test('a text that unpacks to a gigabyte costs one read, and the next one works', async () => {
    const path = join(await temporaryFolder(), 'bomb.png');
    await writeFile(path, pngWithBigText(1_000_000_000));
    const before = process.memoryUsage().rss;
    const outcome = await tools.exif.read(path, ['Title'], never).then(
      (tags) => tags['Title'],
      (error: unknown) => error,
    );
    // Where perl has no zlib it cannot unpack the text at all; where it has, the limits end it.
    if (outcome !== undefined && typeof outcome !== 'string') expect(outcome).toMatchObject({ code: 'tool_failed' });
    else expect(outcome?.length ?? 0).toBeLessThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    expect(await tools.exif.read(await document(), ['Title'], never)).toMatchObject({ Title: 'A title' });
  }, 40_000);

  test('an abort is felt at once', async () => {
    const stop = new AbortController();
    const reading = tools.exif.read(await document(), ['Title'], stop.signal);
    stop.abort(new Error('cancelled'));
    await expect(reading).rejects.toThrow('cancelled');
  });

  test('without perl the tool is unavailable', async () => {
    const without = createMediaTools({ searchPath: await temporaryFolder(), warn: () => undefined });
    await expect(without.exif.read(await document(), ['Title'], never)).rejects.toMatchObject({
      code: 'tool_unavailable',
    });
    await without.close();
  });
});
