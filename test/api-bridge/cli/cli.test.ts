import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { createDatabase } from '../../support/postgres.ts';

const main = fileURLToPath(new URL('../../../src/api-bridge/cli/main.ts', import.meta.url));

type Ran = { code: number; stdout: string; stderr: string };

function run(command: string, env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const full = { PATH: process.env['PATH'], PORT: '0', ...env };
    const child = execFile(process.execPath, [main, command], { env: full }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'powernode-cli-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function environment(): Promise<Record<string, string>> {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  return { DATABASE_URL: database.url, DATA_DIR: await folder(), WEB_PORT: String(await freePort()) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test('migrate brings an empty database up to date, and a second time finds nothing to do', async () => {
  const env = await environment();
  const first = await run('migrate', env);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^worker_api: applied 001_\w+\.sql/);
  const second = await run('migrate', env);
  expect(second).toMatchObject({
    code: 0,
    stdout: 'worker_api: up to date\nqueue schema: up to date, every queue declared\n',
  });
});

test('doctor finds what is missing before a migration and nothing after it', async () => {
  const env = await environment();
  const before = await run('doctor', env);
  expect(before.stdout).toMatch(/^! migrations +pending: 001_/m);
  expect(before.stdout).toMatch(/^! queue schema +not installed/m);
  await run('migrate', env);
  const after = await run('doctor', env);
  expect(after.stdout).toMatch(/^✔ migrations +all applied/m);
  expect(after.stdout).toMatch(/^✔ pg-boss +12\.35\.0/m);
  expect(after).toMatchObject({ code: 0, stderr: '' });
});

test('doctor tells a database that is away from everything else that is well, and exits with 1', async () => {
  const env = { ...(await environment()), DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
  const { code, stdout } = await run('doctor', env);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^✘ database +.*ECONNREFUSED/m);
  expect(stdout).toMatch(/^✔ node /m);
});

test('doctor names a port that another program took', async () => {
  const squatter = createServer((_request, response) => response.writeHead(404).end()).listen(0);
  onTestFinished(() => void squatter.close());
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const { code, stdout } = await run('doctor', { ...(await environment()), WEB_PORT: String(port) });
  expect(code).toBe(1);
  expect(stdout).toContain(`✘ web port         ${port} is taken by another program: set WEB_PORT to a free one`);
});

test('migrate works beside a running embedded PostgreSQL, and starts one where none runs', async () => {
  const dataDir = await folder();
  const env = { DATA_DIR: dataDir };
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), settings: { fsync: 'off' } });
  onTestFinished(() => postgres.stop());
  expect(await run('migrate', env)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied 001_') });
  await postgres.stop();
  expect(await run('migrate', env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('worker_api: up to date'),
  });
});
