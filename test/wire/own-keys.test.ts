import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mintServiceToken, type ServiceIdentity } from '../../src/process/service-token.ts';
import { publicJwkOf, readSigningKey, type Ed25519Key } from '../../src/process/signing-key.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv } from '../../src/runtime/index.ts';
import { createWebService, readWebEnv } from '../../src/web/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';

let api: Api;
let folder: string;
let keyFile: string;
let jwks: string;
const producerKey: Ed25519Key = { kid: 'shop', privateKey: generateKeyPairSync('ed25519').privateKey };
const job = { name: 'files.thumbnail', payload: { processing_job_id: 'x' }, queue: 'email' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-keys-'));
  keyFile = join(folder, 'worker.pem');
  await writeFile(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const keys = [publicJwkOf(readSigningKey(keyFile)), { ...publicJwkOf(producerKey), types: ['producer'] }];
  jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys }));
  api = await startApi({ env: { SERVICE_TOKEN_JWKS: jwks } });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const callerWith = async (key: Ed25519Key, identity: ServiceIdentity) =>
  callerOf(api.url, await mintServiceToken(key, identity));

describe('an API that knows the public keys of its clients', () => {
  it('serves them to anybody, and nothing but the standard’s members', async () => {
    const answer = await fetch(`${api.url}/.well-known/jwks.json`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    expect(await answer.json()).toEqual({ keys: [publicJwkOf(readSigningKey(keyFile)), publicJwkOf(producerKey)] });
  });

  it('lets in who signs with one of them, and still who has the secret', async () => {
    expectData(await (await callerWith(producerKey, { type: 'producer', sub: 'shop' })).post('/jobs', job), 201);
    expectData(await callerAs(api, 'producer', 'other').post('/jobs', job), 201);
  });

  it('refuses an operator’s token from a key that is for producers', async () => {
    const eve = await callerWith(producerKey, { type: 'operator', sub: 'eve', role: 'admin' });
    expectRefusal(await eve.get('/workers'), 401);
  });

  it('refuses a stranger’s key under a known kid', async () => {
    const stranger = { kid: 'shop', privateKey: generateKeyPairSync('ed25519').privateKey };
    expectRefusal(await (await callerWith(stranger, { type: 'producer', sub: 'shop' })).post('/jobs', job), 401);
  });
});

describe('a worker with a key of its own', () => {
  it('registers, beats and claims without ever having seen the shared secret', async () => {
    const env = readRuntimeEnv({
      BACKEND_API_URL: api.url,
      SERVICE_TOKEN_PRIVATE_KEY: keyFile,
      WORKER_ID: 'w-own-key',
      WORKER_QUEUES: 'reports',
      WORK_DIR: folder,
    });
    const runtime = createRuntime({ env, jobs: [], log: createLogger({ name: 'test', level: 'silent' }) });
    await runtime.start();
    await vi.waitFor(
      () => expect(runtime.checks.ready().find(({ name }) => name === 'bridge')).toMatchObject({ ok: true }),
      { timeout: 10_000 },
    );
    await runtime.stop();
  });

  it('lets people sign in to its dashboard, and scrapers in whose keys it knows', async () => {
    const env = readWebEnv({
      WEB_PORT: '0',
      BACKEND_API_URL: api.url,
      SERVICE_TOKEN_PRIVATE_KEY: keyFile,
      SERVICE_TOKEN_JWKS: jwks,
      METRICS_TOKEN: 'guarded',
    });
    const web = createWebService({ env, log: createLogger({ name: 'test', level: 'silent' }) });
    await web.start();
    const metrics = async (key: Ed25519Key | string) => {
      const authorization = `Bearer ${await mintServiceToken(key, { type: 'scraper', sub: 'p' })}`;
      return (await fetch(`http://127.0.0.1:${web.port()}/metrics`, { headers: { authorization } })).status;
    };
    expect(await metrics(readSigningKey(keyFile))).toBe(200);
    expect(await metrics(producerKey)).toBe(401);
    expect(await metrics(api.secret)).toBe(401);
    await web.stop();
  });

  it('does not start without any key, nor with a file that holds none', () => {
    expect(() => readRuntimeEnv({})).toThrow(
      'WORKER_SERVICE_TOKEN: expected the secret that is shared with the API, or',
    );
    expect(() => readRuntimeEnv({ SERVICE_TOKEN_PRIVATE_KEY: jwks, WORKER_CONCURRENCY: 'many' })).toThrow(
      /SERVICE_TOKEN_PRIVATE_KEY: expected a file[^]*WORKER_CONCURRENCY/,
    );
  });
});
