import { expect, test } from 'vitest';
import { readStartEnv } from '../../src/start/env.ts';

const secrets = { WORKER_SERVICE_TOKEN: 'x'.repeat(32), DASHBOARD_PASSWORD: 'a password' };

test('no way to the database and no sign-in reaches the worker', () => {
  const { workerEnvironment, apiEnvironment } = readStartEnv({
    ...secrets,
    DATABASE_URL: 'postgres://somewhere/db',
    REPORTS_DATABASE_URL: 'postgres://elsewhere/db',
    PGHOST: 'somewhere',
    PGPASSWORD: 'secret',
    POSTGRES_PASSWORD: 'secret',
    LEGACY_DSN: 'postgresql://third/db',
    DATA_DIR: '/tmp/data',
    FFMPEG_PATH: '/opt/ffmpeg',
    WORKER_CONCURRENCY: '3',
  });
  expect(workerEnvironment).toEqual({
    WORKER_SERVICE_TOKEN: secrets.WORKER_SERVICE_TOKEN,
    BACKEND_API_URL: 'http://127.0.0.1:3000',
    WEB_PORT: '4567',
    FFMPEG_PATH: '/opt/ffmpeg',
    WORKER_CONCURRENCY: '3',
  });
  expect(apiEnvironment).toMatchObject({
    DATABASE_URL: 'postgres://somewhere/db',
    DATA_DIR: '/tmp/data',
    PORT: '3000',
  });
});

test('every fault of the environment is told at once, without a value', () => {
  const read = () => readStartEnv({ ...secrets, PORT: 'three thousand', WEB_PORT: '70000' });
  expect(read).toThrow(/PORT: [^]*WEB_PORT: /);
  expect(read).not.toThrow(/three thousand/);
});

test('an empty variable means its default', () => {
  expect(readStartEnv({ ...secrets, PORT: '', WEB_PORT: '' })).toMatchObject({ apiPort: 3000, webPort: 4567 });
});
