import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { lastWords, startProgram, type ProgramOptions } from '../../src/start/program.ts';
import { untilReady } from '../../src/start/readiness.ts';
import { supervise } from '../../src/start/supervise.ts';
import { onlyWhere } from '../support/only-where.ts';

const module = '../test/start/talking-program.mjs';

async function options(environment: Record<string, string> = {}): Promise<ProgramOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-start-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { name: 'api', module, environment, logFile: join(folder, 'logs', 'api.log') };
}

const isUp = (logFile: string, times = 1) =>
  readFile(logFile, 'utf8').then((text) => text.split('up\n').length > times);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program that is killed is started again, and one that is stopped drains and stays down', async () => {
  const given = await options();
  const said: string[] = [];
  const program = supervise(given, (line) => said.push(line));
  onTestFinished(() => program.kill());
  program.keep();
  const first = program.current();
  await vi.waitUntil(() => isUp(given.logFile));
  first.signal('SIGKILL');
  await vi.waitUntil(() => program.current().pid !== first.pid, { timeout: 10_000 });
  expect(said).toEqual([expect.stringContaining('The api ended unasked (signal SIGKILL')]);
  await vi.waitUntil(() => isUp(given.logFile, 2));
  const second = program.current();
  await program.stop();
  expect(await second.exited).toBe('exit code 0');
  expect(await lastWords(given)).toBe('drained');
  expect(program.current().pid).toBe(second.pid);
});

test('a program that dies before it is ready is a fault that carries its last words', async () => {
  const given = await options({ LAST_WORDS: 'Error: expected a secret\n    at main (file:1:1)\n\nNode.js v24' });
  const ready = untilReady(startProgram(given), 'http://127.0.0.1:9/', 20_000, new AbortController().signal);
  await expect(ready).rejects.toThrow('The api did not start: Error: expected a secret');
});

test('a program that never becomes ready is a fault that names its log', async () => {
  const program = startProgram(await options());
  onTestFinished(() => program.signal('SIGKILL'));
  const ready = untilReady(program, 'http://127.0.0.1:9/', 300, new AbortController().signal);
  await expect(ready).rejects.toThrow(`(log: ${program.logFile})`);
});

test.runIf(onlyWhere(process.platform === 'linux', 'what needs the processes of Linux'))(
  'a program is told to stop when the one that started it is killed',
  async () => {
    const given = await options();
    const parent = join(given.logFile, '..', '..', 'parent.mjs');
    const source = new URL('../../src/start/program.ts', import.meta.url).href;
    await writeFile(
      parent,
      `import { startProgram } from ${JSON.stringify(source)};
     console.log(startProgram(${JSON.stringify(given)}).pid); setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
    await vi.waitUntil(() => isUp(given.logFile));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitUntil(async () => (await lastWords(given)) === 'drained');
    await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
  },
);

test('a log that is in use by the process of another start is not emptied', async () => {
  const given = await options({ LAST_WORDS: 'second' });
  await startProgram({ ...given, environment: { LAST_WORDS: 'first' } }).exited;
  await startProgram(given).exited;
  expect(await readFile(given.logFile, 'utf8')).toBe('first\nsecond\n');
});

test.each([
  ['{"level":"fatal","msg":"not started","err":{"message":"the port is taken"}}', 'not started: the port is taken'],
  ['{"msg":"first"}\n{"msg":"last"}\n', 'last'],
  ['', 'it said nothing; see '],
])('the last words of the log %j are told in one line', async (text, words) => {
  const { logFile } = await options();
  const path = join(logFile, '..', '..', 'a.log');
  await writeFile(path, text);
  expect(await lastWords({ logFile: path })).toContain(words);
});
