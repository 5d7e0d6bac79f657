import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/api-bridge/jobs/load-catalogue.ts';
import { createRegistry, loadJobs } from '../../src/jobs/index.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-job-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Ran = { code: number | null; text: string };
const run = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: folder, env: {} }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, text: stdout + stderr }),
    );
  });
const cli = (...args: string[]) => run(join(ROOT, 'src/cli/main.ts'), 'new-job', ...args);

it('new-job writes a job that the API and a worker take, and a test that passes', async () => {
  // Inside the clone, where the package knows itself by its name, and where git does not look.
  const jobs = await mkdtemp(join(ROOT, 'dist/my-jobs-'));
  try {
    expect((await cli('reports.nightly-run', '--queue', 'reports', '--folder', jobs)).code).toBe(0);
    const { code, text } = await run('--test', join(jobs, 'reports-nightly-run.test.ts'));
    expect(code, text).toBe(0);
    expect(text).toMatch(/pass 2\b/);
    const registry = createRegistry(await loadJobs(jobs));
    expect(registry.names).toEqual(['reports.nightly-run']);
    expect((await loadCatalogue(jobs)).catalogue.find('reports.nightly-run')).toMatchObject({ queue: 'reports' });
  } finally {
    await rm(jobs, { recursive: true, force: true });
  }
});

it.each([
  [[], 'expected one name'],
  [['two', 'names'], 'expected one name'],
  [['../outside'], 'expected one name'],
  [['Capital'], 'expected one name'],
  [["a'; process.exit(); '"], 'expected one name'],
  [['fine', '--queue', 'nowhere'], '--queue: expected a declared queue, got nowhere'],
  [['fine', '--colour', 'red'], "Unknown option '--colour'"],
])('new-job %j is refused, and nothing is written', async (args, message) => {
  const { code, text } = await cli(...args);
  expect(code).toBe(1);
  expect(text).toContain(message);
  await expect(access(join(folder, 'my-jobs'))).rejects.toThrow();
});

it('never writes over a file', async () => {
  expect((await cli('one', '--folder', '.')).code).toBe(0);
  await writeFile(join(folder, 'one.ts'), 'mine');
  const { code, text } = await cli('one', '--folder', '.');
  expect([code, text]).toEqual([1, expect.stringContaining('expected no file at one.ts, there is one')]);
  expect(await readFile(join(folder, 'one.ts'), 'utf8')).toBe('mine');
});
