import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const JOBS = new URL('../../src/jobs/index.ts', import.meta.url).href;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-jobs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HELLO = `import { z } from 'zod';
import { defineJob, defineSchedule, NonRetryable } from 'powernode-worker/jobs';
import { words } from './words.ts';
export const hello = defineJob({
  name: 'mine.hello',
  queue: 'default',
  payload: z.object({}),
  async execute(): Promise<undefined> {
    throw new NonRetryable(words);
  },
});
export const hourly = defineSchedule({ name: 'mine.hourly', description: 'x', cron: '@hourly', job: hello });
`;

/** Loads the folder as a worker does, in a process where nothing but it is known. */
function load(): Promise<{ stdout: string; stderr: string }> {
  const program = `
    import { loadJobs, NonRetryable } from '${JOBS}';
    const jobs = await loadJobs('.').catch((error) => console.log(error.faults.join('\\n')));
    const thrown = await jobs?.[0].execute({}, {}).catch((error) => error);
    if (jobs) console.log(jobs.map(({ name }) => name).join(), thrown.message, thrown instanceof NonRetryable);`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env: {} }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

it('a folder outside of the product, without package and installation, has its jobs loaded, and its errors known', async () => {
  await writeFile(join(folder, 'hello.ts'), HELLO);
  await writeFile(join(folder, 'words.ts'), `export const words: string = 'no cure';`);
  await writeFile(join(folder, 'hello.test.ts'), `throw new Error('tests are not loaded');`);
  expect(await load()).toEqual({ stdout: 'mine.hello no cure true\n', stderr: '' });
});

it('another copy of the product in the folder does not split its errors from those of the worker', async () => {
  const copy = join(folder, 'node_modules/powernode-worker');
  await mkdir(copy, { recursive: true });
  await writeFile(join(copy, 'package.json'), '{"name":"powernode-worker","exports":{"./jobs":"./jobs.mjs"}}');
  await writeFile(join(copy, 'jobs.mjs'), 'export const defineJob = 1, defineSchedule = 1, NonRetryable = 1;');
  await writeFile(join(folder, 'hello.ts'), HELLO);
  await writeFile(join(folder, 'words.ts'), `export const words = 'no cure';`);
  expect((await load()).stdout).toBe('mine.hello no cure true\n');
});

it('what cannot be loaded is named with its reason, and with what helps', async () => {
  await writeFile(join(folder, 'a.ts'), `import { x } from './other'; export const y = x;`);
  await writeFile(join(folder, 'b.ts'), `export enum E { A }`);
  const { stdout } = await load();
  expect(stdout).toMatch(/a\.ts: Cannot find module .*other'.*; a file of yours is imported with its ending/);
  expect(stdout).toMatch(/b\.ts: TypeScript enum is not supported/);
});
