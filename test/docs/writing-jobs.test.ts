import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declareJob } from '../../src/contract/catalogue/declare-job.ts';
import { RUNAWAY_DEFAULTS } from '../../src/contract/catalogue/runaway.ts';
import { loadJobs } from '../../src/jobs/index.ts';
import { codeBlocks, read, ROOT, tableRows } from './markdown.ts';

const run = promisify(execFile);
const page = read('docs/writing-jobs.md');
const blocks = codeBlocks(page, 'ts').map((block) => {
  const [, file = '', code = ''] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(block) ?? [];
  return { file, code };
});

describe('docs/writing-jobs.md', () => {
  it.each(blocks)('shows $file as it is', ({ file, code }) => {
    expect(code).toBe(read(file));
  });

  it('shows every example, and each of their jobs and schedules is run by the tests', async () => {
    const files = readdirSync(join(ROOT, 'examples/jobs')).map((name) => `examples/jobs/${name}`);
    expect(blocks.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
    const tests = read('test/examples/jobs.test.ts');
    const names = (await loadJobs(join(ROOT, 'examples/jobs'))).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(10);
    // The digest is run by its schedule.
    expect(names.filter((name) => !tests.includes(`'${name}'`) && name !== 'examples.digest')).toEqual([]);
  });

  it('says the defaults that there are', () => {
    const unsaid = new Map(tableRows(page, 'field of defineJob').map(([field = '', , value]) => [field, value]));
    const { maxAttempts, timeoutSeconds } = declareJob({ name: 'x', queue: 'default', payload: z.object({}) });
    expect([unsaid.get('maxAttempts'), unsaid.get('timeoutSeconds')]).toEqual([`${maxAttempts}`, `${timeoutSeconds}`]);
    const { perMinute, banSeconds } = RUNAWAY_DEFAULTS;
    expect(page).toContain(`${perMinute} executions a minute are let through, the next one waits for ${banSeconds} s`);
  });

  it('ends with a test that passes', { timeout: 60_000 }, async () => {
    const { stdout } = await run(process.execPath, ['--test', 'examples/jobs/hello.test.ts'], { cwd: ROOT, env: {} });
    expect(stdout).toMatch(/pass 2\b/);
  });
});
