import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/process/exit-codes.ts';
import { runExample } from '../examples/run-example.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-jobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const source = (name: string, queue: string, more = '') => `
  import { z } from '${import.meta.resolve('zod')}';
  import { defineJob } from '${join(ROOT, 'src/jobs/authoring.ts')}';
  export const job = defineJob({ name: '${name}', queue: '${queue}', payload: z.object({}), ${more} execute: async () => undefined });
  export const alias = job;
  export const notAJob = { name: 'x' };
`;

async function refusal(path: string): Promise<string> {
  const worker = runExample(process.execPath, ['src/worker/main.ts'], ROOT, {
    BACKEND_API_URL: 'http://127.0.0.1:9',
    WORKER_SERVICE_TOKEN: 'a-secret-of-more-than-thirty-two-bytes',
    WORKER_ROLE: 'runtime',
    WORKER_JOBS: path,
    WORK_DIR: folder,
  });
  const [code] = await new Promise<[number | null]>((resolve) =>
    worker.child.once('close', (...end) => resolve([end[0]])),
  );
  expect(code, worker.output()).toBe(EXIT.misconfigured);
  return worker.output();
}

it("a worker does not start with a user's jobs at fault, and names every fault at once", async () => {
  await writeFile(join(folder, 'a-first.ts'), source('own.first', 'default'));
  await writeFile(join(folder, 'b-again.ts'), source('own.first', 'default'));
  await writeFile(join(folder, 'c-shipped.ts'), source('files.thumbnail', 'default'));
  await writeFile(join(folder, 'd-queue.ts'), source('own.queue', 'nowhere'));
  await writeFile(join(folder, 'e-timeout.ts'), source('own.timeout', 'default', 'timeoutSeconds: 0,'));
  const output = await refusal(folder);
  expect(output).toContain('The job list has 4 fault(s):');
  expect(output).toContain('expected one job named own.first, got two');
  expect(output).toContain('expected one job named files.thumbnail, got two');
  expect(output).toContain('own.queue: queue: expected a declared queue, got nowhere');
  expect(output).toContain('own.timeout: timeoutSeconds: expected timeoutSeconds 1 to 86400, got 0');
});

it.each([
  [
    'a path where nothing is',
    'nothing-here',
    /expected a module or a folder of modules at .*nothing-here, got nothing/,
  ],
  ['a module that cannot be loaded', 'broken.mjs', /could not load .*broken\.mjs/],
  ['a module without a job', 'empty.mjs', /expected at least one job at .*empty\.mjs, got none/],
])('nor with %s', async (_, file, message) => {
  const other = await mkdtemp(join(tmpdir(), 'own-jobs-'));
  await writeFile(join(other, 'broken.mjs'), 'import "./not-there.mjs";');
  await writeFile(join(other, 'empty.mjs'), 'export const nothing = 1;');
  expect(await refusal(join(other, file))).toMatch(message);
  await rm(other, { recursive: true, force: true });
});
