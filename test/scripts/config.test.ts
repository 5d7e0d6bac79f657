import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SEED_VARIABLES, unreadVariables } from '../../src/process/seed-variables.ts';
import { read, tableRows } from '../docs/markdown.ts';

const load = (path: string): Promise<unknown> => import(new URL(`../../src/${path}.ts`, import.meta.url).href);

async function report(env: Record<string, string>): Promise<{ lines: string[]; isWell: boolean }> {
  const script: any = await import(new URL('../../scripts/config.mjs', import.meta.url).href);
  return await script.reportConfig(load, { DATA_DIR: join(tmpdir(), 'nothing-here'), ...env });
}

/** Variable → [source, value] of one process. */
function rowsOf(lines: string[], process: string): Map<string, string[]> {
  const from = lines.indexOf(process) + 1;
  const to = lines.findIndex((line, at) => at >= from && !line.startsWith('  '));
  const rows = lines.slice(from, to === -1 ? undefined : to).map((line) => line.trim().split(/ {2,}/));
  return new Map(rows.map(([name = '', ...rest]) => [name, rest]));
}

test('config names every variable that the processes read, for the process that reads it', async () => {
  const { lines, isWell } = await report({});
  expect(isWell).toBe(true);
  const printed = ['api', 'worker', 'web'].map((process) => [...rowsOf(lines, process).keys()]);
  const documented = tableRows(read('docs/operations.md'), 'variable').filter(
    ([, by]) => by !== '`npm start`' && by !== 'npm start',
  );
  expect([...new Set(printed.flat())].toSorted()).toEqual(documented.map(([name]) => name).toSorted());
  for (const [name = '', by = ''] of documented) {
    expect([name, printed[0]?.includes(name)]).toEqual([name, by.split(', ').includes('api')]);
  }
});

test('config tells the environment, defaults and what was generated apart, and masks secrets', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  await mkdir(join(dataDir, 'secrets'));
  const secret = 'made at the first start, and kept in a file';
  await writeFile(join(dataDir, 'secrets', 'worker-service-token'), `${secret}\n`);
  const { lines } = await report({
    DATA_DIR: dataDir,
    WORKER_SERVICE_TOKEN: secret,
    PORT: '4000',
    METRICS_TOKEN: 'hush-hush',
  });
  const api = rowsOf(lines, 'api');
  expect(api.get('WORKER_SERVICE_TOKEN')).toEqual(['generated', '********']);
  expect(api.get('PORT')).toEqual(['environment', '4000']);
  expect(api.get('METRICS_TOKEN')).toEqual(['environment', '********']);
  expect(api.get('HEARTBEAT_SECONDS')).toEqual(['default', '4']);
  expect(rowsOf(lines, 'worker').get('WORKER_ID')?.[0]).toBe('generated');
  expect(lines.join('\n')).not.toContain('hush');
  expect(lines.join('\n')).not.toContain(secret);
});

test('config says what is wrong with a value without repeating it', async () => {
  const { lines, isWell } = await report({ PORT: 'hush', WORKER_QUEUES: 'no-such-queue' });
  expect(isWell).toBe(false);
  expect(rowsOf(lines, 'api').get('PORT')?.join(' ')).toMatch(/✘ .*number/);
  expect(rowsOf(lines, 'worker').get('WORKER_QUEUES')?.join(' ')).toMatch(/✘ /);
  expect(lines.join('\n')).not.toMatch(/hush/);
});

test('every variable of the earlier system is read here, or has something in its place, and config says which', async () => {
  const documented = tableRows(read('docs/operations.md'), 'earlier');
  expect(documented).toEqual(
    SEED_VARIABLES.map(({ name, before, here, instead }) => [name, before === '' ? '–' : before, here ?? instead]),
  );
  const { lines } = await report({});
  expect(lines).not.toContain('of the earlier system');
  const worker = new Map([...rowsOf(lines, 'api'), ...rowsOf(lines, 'worker')]);
  for (const { name, before, here } of SEED_VARIABLES) {
    if (here !== undefined) expect(worker.has(here), here).toBe(true);
    // What kept its name kept its default.
    if (here === name && before !== '') expect([name, worker.get(name)]).toEqual([name, ['default', before]]);
  }
  expect(unreadVariables({ REDIS_URL: '', WORKER_ID: 'w' })).toEqual([]);
  const set = Object.fromEntries(SEED_VARIABLES.map(({ name }) => [name, 'a-secret-of-more-than-thirty-two-bytes']));
  const told = (await report(set)).lines;
  const unread = told.slice(told.indexOf('of the earlier system') + 1);
  expect(unread).toHaveLength(SEED_VARIABLES.filter(({ name, here }) => name !== here).length);
  expect(unread.join()).toContain('JWT_SECRET_KEY is set and not read; in its place: WORKER_SERVICE_TOKEN');
  expect(unread.join()).not.toContain('thirty-two');
});
