import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { createDatabase } from '../../support/postgres.ts';
import { dataFolder, query, startHere } from './data-folder.ts';

test('the data, the port and the password are the same after a restart of the owner', async () => {
  const dataDir = await dataFolder();
  const first = await startHere(dataDir);
  await query(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  const second = await startHere(dataDir);
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('restart keeps the port and what was committed', async () => {
  const postgres = await startHere(await dataFolder());
  await query(postgres.url, 'create table kept as select 42 as answer');
  const before = postgres.pid();
  await postgres.restart();
  expect(postgres.pid()).not.toBe(before);
  expect(await query(postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a wrong password is refused, and the right one is readable by its owner only', async () => {
  const dataDir = await dataFolder();
  const postgres = await startHere(dataDir);
  const wrong = new URL(postgres.url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
});

test('a remembered port that another program took meanwhile is given up for a free one', async () => {
  const dataDir = await dataFolder();
  const first = await startHere(dataDir);
  await first.stop();
  const squatter = createServer().listen(first.port, '127.0.0.1');
  onTestFinished(() => void squatter.close());
  const second = await startHere(dataDir);
  expect(second.port).not.toBe(first.port);
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the server keeps what was acknowledged, listens on the loopback only and has no socket file', async () => {
  const postgres = await startHere(await dataFolder(), { settings: {} });
  const rows = await query(
    postgres.url,
    `select name, setting from pg_settings where name in
    ('fsync', 'synchronous_commit', 'jit', 'listen_addresses', 'unix_socket_directories', 'full_page_writes', 'data_checksums')`,
  );
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
    data_checksums: 'on',
    fsync: 'on',
    full_page_writes: 'on',
    jit: 'off',
    listen_addresses: '127.0.0.1',
    synchronous_commit: 'on',
    unix_socket_directories: '',
  });
});

test('the server does not run as root and inherits no secret from our environment', async () => {
  process.env['POWERNODE_TEST_SECRET'] = 'do not pass on';
  onTestFinished(() => {
    delete process.env['POWERNODE_TEST_SECRET'];
  });
  const postgres = await startHere(await dataFolder());
  if (process.platform !== 'linux') return;
  expect(await readFile(`/proc/${postgres.pid()}/environ`, 'utf8').catch(() => '')).not.toContain('do not pass on');
  const [row] = await query(postgres.url, "select pg_read_file('/proc/self/status') as status");
  const status = String(row?.['status']);
  const capabilities = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? 'none'}`);
  // At most the two that let another user pass folders that are closed to it (dac_override, dac_read_search).
  expect(capabilities & ~0b110n).toBe(0n);
  expect(status).not.toMatch(/^Uid:\s*0\s/m);
});

test('a cluster of another major version is refused by name and left as it is', async () => {
  const dataDir = await dataFolder();
  const first = await startHere(dataDir);
  await first.stop();
  await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '15\n');
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    problem: 'data_dir_damaged',
    message: expect.stringContaining('was made by PostgreSQL 15, expected 18'),
  });
  await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '18\n');
  expect(await query((await startHere(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a cluster whose password was deleted is refused, not made anew', async () => {
  const dataDir = await dataFolder();
  const first = await startHere(dataDir);
  await first.stop();
  await rm(join(dataDir, 'password'));
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ problem: 'data_dir_damaged' });
});

test('two databases of one run do not see each other', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
  await query(one.url, 'create table only_here (id int)');
  await expect(query(two.url, 'select * from only_here')).rejects.toThrow('does not exist');
  await Promise.all([one.drop(), two.drop()]);
});
