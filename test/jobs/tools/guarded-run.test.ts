import { execFile } from 'node:child_process';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { fluentProbe, pointFluentAt } from '../../../src/jobs/tools/fluent.ts';
import { prepareGuard, type Guard } from '../../../src/jobs/tools/guard.ts';
import { guardedRun, type GuardedRun } from '../../../src/jobs/tools/guarded-run.ts';
import { PROBE_LIMITS } from '../../../src/jobs/tools/resource-limits.ts';
import { isRunning, until } from '../../support/media/processes.ts';
import { temporaryFolder } from '../../support/media/tools.ts';

const run = promisify(execFile);
let guard: Guard;
beforeAll(async () => {
  guard = await prepareGuard(() => undefined);
  pointFluentAt(guard);
});

/** A program in ffprobe's place that does what the test wants. */
async function impostor(script: string, choices: Partial<GuardedRun> = {}) {
  const folder = await temporaryFolder();
  const program = join(folder, 'impostor');
  await writeFile(program, `#!/bin/sh\n${script.replaceAll('FOLDER', folder)}\n`);
  await chmod(program, 0o755);
  const scratch = await temporaryFolder();
  const request: GuardedRun = {
    role: 'ffprobe',
    program,
    formats: ['mov'],
    maxPixels: 1000,
    limits: PROBE_LIMITS,
    deadlineMs: 10_000,
    signal: new AbortController().signal,
    scratch,
    ...choices,
  };
  return {
    scratch,
    run: () => guardedRun(guard, request, (option) => fluentProbe('/tmp/some film.mp4', option)),
    wrote: (name: string) => {
      const file = join(folder, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
  };
}

const FAMILY = 'sleep 60 & echo "$$ $!" > FOLDER/part; mv FOLDER/part FOLDER/pids; wait';
const numbers = (text: string | undefined) => text?.trim().split(' ').map(Number);

describe('ffprobe and ffmpeg as fluent-ffmpeg starts them', () => {
  test('the whitelists stand before everything that the caller says', async () => {
    const { run, wrote } = await impostor('printf "%s\\n" "$@" > FOLDER/arguments');
    await run();
    const args = (wrote('arguments') ?? '').trim().split('\n');
    expect(args.join(' ')).toMatch(/^-hide_banner -loglevel error -protocol_whitelist file -format_whitelist mov /);
    expect(args).toContain('file:/tmp/some film.mp4');
    expect(args.some((arg) => arg.includes('guarded-run'))).toBe(false);
  });

  test('a hanging program is killed with its children at the deadline, and its folder is gone', async () => {
    const { run, wrote, scratch } = await impostor(FAMILY, { deadlineMs: 500 });
    await expect(run()).rejects.toMatchObject({ code: 'tool_timeout' });
    const pids = numbers(wrote('pids')) ?? [];
    expect(pids).toHaveLength(2);
    await until('no process to be left', () => !pids.some(isRunning));
    expect(await readdir(scratch)).toEqual([]);
  });

  test('an abort kills the whole group although fluent-ffmpeg gives no hold on an ffprobe', async () => {
    const stop = new AbortController();
    const { run, wrote, scratch } = await impostor(FAMILY, { signal: stop.signal });
    const running = run();
    const pids = await until('the program to start', () => numbers(wrote('pids')));
    stop.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await until('no process to be left', () => !pids.some(isRunning));
    expect(await readdir(scratch)).toEqual([]);
  });

  test('an abort between the start of the script and the program keeps the program from starting', async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      const stop = new AbortController();
      const { run, wrote } = await impostor(FAMILY, { signal: stop.signal });
      const running = run();
      setTimeout(() => stop.abort(new Error('cancelled')), delay);
      await expect(running).rejects.toThrow('cancelled');
      const pids = numbers(wrote('pids')) ?? [];
      await until('no process to be left', () => !pids.some(isRunning));
    }
  });

  test('a report larger than its limit ends the program, and no more than the limit is kept', async () => {
    const { run } = await impostor('exec head -c 50000000 /dev/zero');
    const { failure, report } = await run();
    expect(failure?.message).toContain('SIGXFSZ');
    expect(report).toHaveLength(PROBE_LIMITS.fileBytes);
  });

  test('endless complaints reach neither our memory nor the disk', async () => {
    const { run } = await impostor('exec head -c 50000000 /dev/zero >&2');
    expect((await run()).log).toHaveLength(64 * 1024);
  });

  test('the folder of a run may have blanks in its name', async () => {
    const scratch = join(await temporaryFolder(), 'one two');
    await run('mkdir', [scratch]);
    const { run: start, wrote } = await impostor('echo ran > FOLDER/mark', { scratch });
    await start();
    expect(wrote('mark')).toBe('ran\n');
  });
});

describe('the script itself', () => {
  async function settings(role: string, formats = 'mov'): Promise<string> {
    const folder = await temporaryFolder();
    const lines = [role, '/bin/echo', formats, '', '1000', 'no', '1000000 10 8192 64 no'];
    await writeFile(join(folder, 'settings'), `${lines.join('\n')}\n`);
    return folder;
  }

  test.each([
    ['an input by HTTP', 'ffmpeg', ['-i', 'http://127.0.0.1:1/film.mp4']],
    ['a relative input', 'ffmpeg', ['-i', 'film.mp4']],
    ['a concat input', 'ffmpeg', ['-i', 'concat:/a|/b']],
    ['a second input', 'ffmpeg', ['-i', 'file:/a', '-i', 'file:/b']],
    ['no input', 'ffmpeg', ['-version']],
    ['an ffprobe of an address', 'ffprobe', ['-show_format', 'http://127.0.0.1:1/film.mp4']],
    ['an ffprobe with an input besides', 'ffprobe', ['-i', 'file:/a', 'file:/b']],
  ])('refuses %s', async (_what, role, args) => {
    const folder = await settings(role);
    await expect(run(guard.media, [`--guarded-run=${folder}`, ...args])).rejects.toMatchObject({ code: 64 });
    expect(await readdir(folder)).toEqual(['settings']);
  });

  test('refuses to run without a list of formats', async () => {
    const folder = await settings('ffmpeg', '');
    await expect(run(guard.media, [`--guarded-run=${folder}`, '-i', 'file:/a'])).rejects.toMatchObject({ code: 64 });
  });

  test('refuses to run without a folder, and answers a question for capabilities with nothing', async () => {
    await expect(run(guard.media, ['-i', 'file:/a'])).rejects.toMatchObject({ code: 64 });
    expect(await run(guard.media, ['-formats'])).toEqual({ stdout: '', stderr: '' });
    expect(await run(guard.media, ['-encoders'])).toEqual({ stdout: '', stderr: '' });
  });
});
