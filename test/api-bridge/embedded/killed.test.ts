import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { identifyProcess } from '../../../src/api-bridge/embedded/process-identity.ts';
import { dataFolder, killHard, launchOwner, query, startHere, startOwner, untilGone } from './data-folder.ts';
import { onlyWhere } from '../../support/only-where.ts';

test('a start that was killed while it made the cluster does not break the next start', async () => {
  const dataDir = await dataFolder();
  const child = launchOwner(dataDir, 'orphans');
  const drafts = async () => (await readdir(dataDir).catch(() => [])).filter((name) => /^cluster\.new-\w+$/.test(name));
  await vi.waitUntil(
    async () => {
      const [draft] = await drafts();
      return draft !== undefined && (await readdir(join(dataDir, draft))).length > 3;
    },
    { timeout: 10_000, interval: 5 },
  );
  await killHard(child);
  const postgres = await startHere(dataDir);
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await postgres.stop();
  // The orphaned initdb may have been at work until now; a start after its end leaves nothing of it.
  const restart = async () => {
    await (await startHere(dataDir)).stop();
    return (await drafts()).length === 0;
  };
  await vi.waitUntil(restart, { timeout: 15_000, interval: 100 });
});

test('a server that is killed comes back on its port with what was committed', async () => {
  const dataDir = await dataFolder();
  const postgres = await startHere(dataDir);
  await query(postgres.url, 'create table kept as select 42 as answer');
  const killed = postgres.pid();
  process.kill(killed, 'SIGKILL');
  await vi.waitUntil(() => postgres.pid() !== killed, { timeout: 15_000 });
  expect(await query(postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test.runIf(onlyWhere(process.platform === 'linux', 'what needs the processes of Linux'))(
  'the server ends by itself when its owner is killed',
  async () => {
    const owner = await startOwner(await dataFolder(), 'ends with me');
    await killHard(owner.process);
    await untilGone(owner.serverPid);
  },
);

test('a server that outlived its killed owner is stopped, and its data is kept', async () => {
  const dataDir = await dataFolder();
  const owner = await startOwner(dataDir, 'orphans');
  await query(owner.url, 'create table kept as select 42 as answer');
  await killHard(owner.process);
  expect(await identifyProcess(owner.serverPid)).toBeDefined();
  const postgres = await startHere(dataDir);
  expect(await identifyProcess(owner.serverPid)).toBeUndefined();
  expect(await query(postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('owner and server killed together leave a stale file that does not stop the next start', async () => {
  const dataDir = await dataFolder();
  const owner = await startOwner(dataDir, 'orphans');
  process.kill(owner.serverPid, 'SIGKILL');
  await killHard(owner.process);
  const postgres = await startHere(dataDir);
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a stale file whose process id now belongs to another program does not stop the next start', async () => {
  const dataDir = await dataFolder();
  const first = await startHere(dataDir);
  const file = join(dataDir, 'cluster', 'postmaster.pid');
  const written = await readFile(file, 'utf8');
  await first.stop();
  await writeFile(file, written.replace(/^\d+/, String(process.ppid)));
  const second = await startHere(dataDir);
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(await identifyProcess(process.ppid)).toBeDefined();
});

test('stop leaves no process, and is safe to call twice', async () => {
  const postgres = await startHere(await dataFolder());
  const pid = postgres.pid();
  await Promise.all([postgres.stop(), postgres.stop()]);
  expect(await identifyProcess(pid)).toBeUndefined();
});

test('stop while a client holds a transaction open does not wait for it', async () => {
  const postgres = await startHere(await dataFolder());
  const held = query(postgres.url, 'select pg_sleep(600)').catch((error: unknown) => error);
  await vi.waitUntil(
    async () =>
      (
        await query(
          postgres.url,
          "select 1 from pg_stat_activity where query like '%sleep(600)' and state = 'active' and pid <> pg_backend_pid()",
        )
      ).length > 0,
  );
  await postgres.stop();
  expect(await held).toBeInstanceOf(Error);
});
