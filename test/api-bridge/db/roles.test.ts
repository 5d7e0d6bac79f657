import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';
import { createProducer, createWorker } from '../../wire/support/actors.ts';
import { callerAs, callerOf, expectData } from '../../wire/support/client.ts';
import { thumbnailJob } from '../../../src/contract/catalogue/files.ts';
import { createProducer as createPackageProducer } from '../../../src/api-bridge/producer/index.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

const CLI = fileURLToPath(new URL('../../../src/api-bridge/cli/main.ts', import.meta.url));
const run = promisify(execFile);
const mark = randomBytes(4).toString('hex');
const prefix = `t${mark}`;
const members: string[] = [];

let database: TestDatabase;
let admin: pg.Client;
let owner: string;
let api: Api;

/** A login whose only right is to be a member of one role. */
async function login(role: string | undefined): Promise<string> {
  const name = `login_${mark}_${members.length}`;
  const password = randomBytes(12).toString('hex');
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${role === undefined ? '' : `IN ROLE ${role}`}`);
  members.push(name);
  const url = new URL(database.url);
  [url.username, url.password] = [name, password];
  return url.href;
}

const cli = (url: string, ...args: string[]) =>
  run(process.execPath, [CLI, ...args], { env: { PATH: process.env['PATH'], DATABASE_URL: url } });

beforeAll(async () => {
  database = await createDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  owner = await login(undefined);
  const [ownerName] = members;
  await admin.query(`GRANT CREATE ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${ownerName}`);
  await cli(owner, 'migrate');
  // Roles are made by somebody who may; what they may do is granted by the owner.
  const { stdout } = await cli(owner, 'roles', '--prefix', prefix);
  for (const statement of stdout.split('\n').filter((line) => line.startsWith('DO'))) await admin.query(statement);
  await cli(owner, 'roles', '--apply', '--prefix', prefix);
  api = await startApi({
    databaseUrl: await login(`${prefix}_api`),
    env: { NODE_ENV: 'production', DASHBOARD_EMAIL: 'a@example.org', DASHBOARD_PASSWORD: 'long enough' },
  });
}, 90_000);

afterAll(async () => {
  await api.stop();
  await admin.end();
  await database.drop();
  const server = new pg.Client({ connectionString: inject('postgresUrl') });
  await server.connect();
  const made = [...members.toReversed(), ...['api', 'producer', 'readonly'].map((role) => `${prefix}_${role}`)];
  for (const role of made) await server.query(`DROP ROLE IF EXISTS ${role}`);
  await server.end();
});

/** What PostgreSQL says to each statement; each in a transaction of its own that is taken back. */
async function tries(url: string, statements: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const codes: string[] = [];
  for (const statement of statements) {
    await client.query('BEGIN');
    codes.push(
      await client.query(statement).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    await client.query('ROLLBACK');
  }
  await client.end();
  return codes;
}

const REFUSED = '42501';

test('the api runs as its role: it enqueues, hands out, settles, and people sign in', async () => {
  const producer = createProducer(api);
  const worker = await createWorker(api, ['reports']);
  const id = await producer.enqueue('reports', { singletonKey: 'one' });
  const job = await worker.claimOne('reports');
  await worker.beat([job]);
  expectData(await callerOf(api.url, job.token).put(`/jobs/${id}/progress`, { percent: 5 }), 200);
  expectData(await worker.fail(job, { retryInSeconds: 0 }), 200);
  expectData(await worker.complete(await worker.claimOne('reports')), 200);
  expect((await producer.view('reports', id)).state).toBe('completed');
  const credentials = { email: 'a@example.org', password: 'long enough' };
  expectData(await callerAs(api, 'worker', 'web').post('/worker_auth/authenticate_user', credentials), 200);
  expectData(await callerAs(api, 'operator', 'o', { role: 'admin' }).get('/admin/overview'), 200);
  // Its upkeep ran as well by now, or would have been heard complaining of what it may not do.
  expect(api.output()).not.toMatch(/permission denied|must be owner/);
});

test('the api’s role can neither change the schema nor what was written down', async () => {
  const url = api.databaseUrl;
  const ddl = [
    'CREATE TABLE worker_api.x (a int)',
    'CREATE TABLE public.x (a int)',
    'CREATE SCHEMA x',
    'DROP TABLE worker_api.worker',
    'ALTER TABLE worker_api.worker ADD COLUMN x int',
    'ALTER TABLE worker_api.audit DISABLE TRIGGER ALL',
    'TRUNCATE pgboss.job',
    'CREATE INDEX ON pgboss.job (id)',
    'CREATE FUNCTION worker_api.x() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE EXTENSION dblink',
    'CREATE ROLE x',
    'GRANT SELECT ON worker_api.operator TO PUBLIC',
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    'DELETE FROM worker_api.audit',
    "UPDATE worker_api.audit SET actor = 'x'",
    'INSERT INTO worker_api.schema_migration (name) VALUES ($$999_x.sql$$)',
    'SELECT rolpassword FROM pg_authid',
  ];
  const codes = await tries(url, ddl);
  // A GRANT by somebody without the right to grant is a warning, so it is looked at afterwards.
  expect(codes.map((code, at) => [ddl[at], code])).toEqual(
    ddl.map((statement) => [statement, statement.startsWith('GRANT') ? expect.stringMatching(/42501|done/) : REFUSED]),
  );
});

test('a producer’s role enqueues and reads jobs, and neither takes, changes nor sees anything else', async () => {
  const url = await login(`${prefix}_producer`);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const client = await pool.connect();
  const sent = await createPackageProducer().enqueue(client, thumbnailJob, { processing_job_id: 'x' });
  expect(sent).toMatchObject({ state: 'created' });
  client.release();
  await pool.end();
  const outside = [
    "UPDATE pgboss.job SET state = 'active'",
    'DELETE FROM pgboss.job',
    "INSERT INTO pgboss.queue (name) VALUES ('x')",
    'UPDATE pgboss.queue SET retry_limit = 9',
    'SELECT * FROM worker_api.operator',
    'SELECT * FROM worker_api.attempt',
    'SELECT * FROM worker_api.file_object',
    'INSERT INTO worker_api.audit (actor, action) VALUES ($$x$$, $$y$$)',
    'CREATE TABLE worker_api.x (a int)',
    'TRUNCATE pgboss.job',
  ];
  expect(await tries(url, outside)).toEqual(outside.map(() => REFUSED));
});

test('the reader’s role reads what people are shown, no passwords and no sessions, and writes nothing', async () => {
  const url = await login(`${prefix}_readonly`);
  expect(
    await tries(url, ['SELECT * FROM pgboss.job', 'SELECT * FROM worker_api.worker', 'SELECT * FROM worker_api.audit']),
  ).toEqual(['done', 'done', 'done']);
  const outside = [
    'SELECT password_hash FROM worker_api.operator',
    'SELECT * FROM worker_api.operator_session',
    'SELECT * FROM worker_api.sign_in_failure',
    "UPDATE pgboss.job SET state = 'cancelled'",
    'DELETE FROM worker_api.worker',
    'INSERT INTO worker_api.lock (key) VALUES ($$x$$)',
    "SELECT pgboss.create_queue('x', '{}'::jsonb)",
    'CREATE TABLE worker_api.x (a int)',
  ];
  expect(await tries(url, outside)).toEqual(outside.map(() => REFUSED));
});

test('whoever is none of them sees nothing, and the owner of the schemas is no superuser', async () => {
  const codes = await tries(await login(undefined), ['SELECT * FROM pgboss.job', 'SELECT * FROM worker_api.worker']);
  expect(codes).toEqual([REFUSED, REFUSED]);
  const outside = ['CREATE ROLE x', "SELECT pg_read_file('/etc/passwd')", 'SELECT rolpassword FROM pg_authid'];
  expect(await tries(owner, outside)).toEqual(outside.map(() => REFUSED));
});

test('the statements may be run again, and a prefix that is no name is refused', async () => {
  await cli(owner, 'roles', '--apply', '--prefix', prefix);
  await expect(cli(owner, 'roles', '--prefix', 'x; DROP')).rejects.toMatchObject({ code: 1 });
});
