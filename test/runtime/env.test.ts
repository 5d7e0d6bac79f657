import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { QUEUES } from '../../src/contract/queues.ts';
import { DatabaseVariableFault, readRuntimeEnv, refuseDatabaseVariables } from '../../src/runtime/index.ts';

const SECRET = { WORKER_SERVICE_TOKEN: 's'.repeat(32) };

test('a secret is all that a worker needs to be told', () => {
  const env = readRuntimeEnv(SECRET);
  expect(env).toMatchObject({
    backendApiUrl: 'http://localhost:3000',
    concurrency: 5,
    drainSeconds: 25,
    labels: {},
    workDir: tmpdir(),
    queues: QUEUES.map(({ name }) => name),
  });
  expect(env.workerId).toMatch(/^[A-Za-z0-9._:@-]{1,128}$/);
  expect(readRuntimeEnv(SECRET).workerId).not.toBe(env.workerId);
});

test('lists, labels and addresses are read as people write them', () => {
  const env = readRuntimeEnv({
    ...SECRET,
    BACKEND_API_URL: 'https://api.example.test/base/api/v1/',
    WORKER_QUEUES: ' file_processing, default ,default,',
    WORKER_LABELS: 'gpu=no, zone=a=b',
    WORKER_CONCURRENCY: '12',
    DRAIN_SECONDS: '0',
  });
  expect(env.backendApiUrl).toBe('https://api.example.test/base');
  expect(env.queues).toEqual(['file_processing', 'default']);
  expect(env.labels).toEqual({ gpu: 'no', zone: 'a=b' });
  expect(env).toMatchObject({ concurrency: 12, drainSeconds: 0 });
});

test('every variable at fault is named, and no secret is printed', () => {
  const read = () =>
    readRuntimeEnv({
      WORKER_SERVICE_TOKEN: 'too-short-secret',
      BACKEND_API_URL: 'ftp://x',
      WORKER_QUEUES: 'default,nowhere',
      WORKER_CONCURRENCY: '0',
      WORKER_ID: 'a b',
      WORKER_LABELS: 'novalue',
      DRAIN_SECONDS: 'soon',
    });
  expect(read).toThrow(/7 fault/);
  for (const name of ['WORKER_SERVICE_TOKEN', 'BACKEND_API_URL', 'WORKER_QUEUES', 'WORKER_ID', 'WORKER_LABELS']) {
    expect(read).toThrow(name);
  }
  expect(read).not.toThrow(/too-short-secret/);
});

for (const [name, value] of [
  ['DATABASE_URL', 'x'],
  ['PGHOST', 'db'],
  ['PGPASSWORD', 'p'],
  ['PGSERVICEFILE', '/f'],
  ['pgpassfile', '/f'],
  ['POSTGRES_PASSWORD', 'p'],
  ['POSTGRES_PASSWORD_FILE', '/run/secrets/p'],
  ['POSTGRESQL_URL', 'x'],
  ['MY_DATABASE_URL', 'x'],
  ['SOMETHING_ELSE', 'postgresql://u:hunter2@db/app'],
] as const) {
  test(`a worker refuses to start where ${name} lies about, and never prints its value`, () => {
    expect(() => readRuntimeEnv({ ...SECRET, [name]: value })).toThrow(DatabaseVariableFault);
    expect(() => refuseDatabaseVariables({ [name]: value })).toThrow(name);
    expect(() => refuseDatabaseVariables({ [name]: value })).not.toThrow(/hunter2/);
  });
}

test('variables that only look alike, and empty ones, do not stop a worker', () => {
  refuseDatabaseVariables({
    DATABASE_URL: '',
    PGID: '1000',
    PGDATA_BACKUP: 'x',
    POSTGRES_VERSION: '18',
    PATH: '/usr/pgsql/bin',
  });
});
