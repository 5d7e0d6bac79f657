import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareGuard, type Guard } from '../../../src/jobs/tools/guard.ts';
import { launch, type Launch } from '../../../src/jobs/tools/launch.ts';
import { PROBE_LIMITS } from '../../../src/jobs/tools/resource-limits.ts';
import { isRunning, until } from '../../support/media/processes.ts';
import { temporaryFolder } from '../../support/media/tools.ts';
import { onlyWhere } from '../../support/only-where.ts';

let guard: Guard;
beforeAll(async () => {
  guard = await prepareGuard(() => undefined);
});

const shell = (script: string, choices: Partial<Launch> = {}): Launch => ({
  program: '/bin/sh',
  args: ['-c', script],
  limits: PROBE_LIMITS,
  deadlineMs: 10_000,
  outputBytes: 64 * 1024,
  signal: new AbortController().signal,
  ...choices,
});

/** A program with a child of its own, both of which write down who they are and sleep on. */
async function family(): Promise<{ script: string; pids: () => number[] | undefined }> {
  const file = join(await temporaryFolder(), 'pids');
  const script = `sleep 60 & echo "$$ $!" > ${file}.part; mv ${file}.part ${file}; wait`;
  return {
    script,
    pids: () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').map(Number) : undefined),
  };
}

describe('an end that comes from outside', () => {
  test('a program past its deadline is killed with everything that it started', async () => {
    const { script, pids } = await family();
    await expect(launch(guard, shell(script, { deadlineMs: 400 }))).rejects.toMatchObject({ code: 'tool_timeout' });
    const found = pids() ?? [];
    expect(found).toHaveLength(2);
    await until('no process to be left', () => !found.some(isRunning));
  });

  test('an abort kills the group at once and rejects with its reason', async () => {
    const { script, pids } = await family();
    const stop = new AbortController();
    const running = launch(guard, shell(script, { signal: stop.signal }));
    const found = await until('the program to start', pids);
    expect(found.every(isRunning)).toBe(true);
    stop.abort(new Error('cancelled by a person'));
    await expect(running).rejects.toThrow('cancelled by a person');
    await until('no process to be left', () => !found.some(isRunning));
  });

  test('nothing is started for a signal that has aborted already', async () => {
    const file = join(await temporaryFolder(), 'started');
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(launch(guard, shell(`: > ${file}`, { signal }))).rejects.toThrow('too late');
    expect(existsSync(file)).toBe(false);
  });

  test('a child that outlives its program is not left behind', async () => {
    const { script, pids } = await family();
    await launch(guard, shell(script.replace('; wait', '; exit 0')));
    await until('no process to be left', () => !pids()?.some(isRunning));
  });

  test.runIf(onlyWhere(process.platform === 'linux', 'what needs the processes of Linux'))(
    'a worker that is killed takes its running programs with it',
    async () => {
      const folder = await temporaryFolder();
      const [worker, file] = [join(folder, 'worker.mjs'), join(folder, 'pid')];
      const source = join(import.meta.dirname, '../../../src/jobs/tools');
      const { program, args, limits } = shell(`echo $$ > ${file}.part; mv ${file}.part ${file}; exec sleep 60`);
      await writeFile(
        worker,
        `import { launch } from '${source}/launch.ts';
       import { prepareGuard } from '${source}/guard.ts';
       const request = ${JSON.stringify({ program, args, limits, deadlineMs: 60_000, outputBytes: 1000 })};
       await launch(await prepareGuard(() => {}), { ...request, signal: new AbortController().signal });`,
      );
      const child = spawn(process.execPath, [worker], { stdio: 'inherit' });
      try {
        const pid = await until('the program to start', () => existsSync(file) && Number(readFileSync(file, 'utf8')));
        expect(isRunning(pid)).toBe(true);
        child.kill('SIGKILL');
        await until('the program to be gone', () => !isRunning(pid));
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});

describe('what a program may use', () => {
  test('endless output ends the program instead of filling memory', async () => {
    const endless = shell('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done');
    await expect(launch(guard, endless)).rejects.toMatchObject({ code: 'tool_output_too_large' });
  });

  test('endless complaints are read and forgotten', async () => {
    const script = 'i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done';
    const { code, stderr } = await launch(guard, shell(script));
    expect(code).toBe(0);
    expect(stderr).toHaveLength(64 * 1024);
  });

  test('memory, processor time, file size, open files and core dumps are limited', async () => {
    const { stdout } = await launch(guard, shell('ulimit -v; ulimit -t; ulimit -f; ulimit -n; ulimit -c'));
    expect(stdout.trim().split('\n')).toEqual(['1048576', '30', '8192', '64', '0']);
  });

  test('a program that asks for more memory than it may have gets none', async () => {
    const limits = { ...PROBE_LIMITS, memoryBytes: 64 * 1024 * 1024 };
    const greedy = shell('x=$(head -c 200000000 /dev/zero | tr "\\\\0" a); echo ${#x}', { limits });
    const { code, stdout } = await launch(guard, greedy);
    expect({ code, stdout }).not.toMatchObject({ code: 0 });
  });

  test('a file does not grow over its limit', async () => {
    const file = join(await temporaryFolder(), 'big');
    await launch(guard, shell(`head -c 100000000 /dev/zero > ${file}`));
    expect((await readFile(file)).length).toBe(PROBE_LIMITS.fileBytes);
  });

  test('a program sees neither the secrets in our environment nor our stdin', async () => {
    process.env['A_SECRET_OF_THE_TEST'] = 'shh';
    const { stdout } = await launch(guard, shell('env; cat; echo end'));
    delete process.env['A_SECRET_OF_THE_TEST'];
    expect(stdout).not.toContain('shh');
    expect(stdout).toMatch(/^HOME=\/nonexistent$/m);
    expect(stdout).toMatch(/end\n$/);
  });
});
