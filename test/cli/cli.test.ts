import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const secret = 's'.repeat(40);

type Ran = { code: number; stdout: string; stderr: string };

function run(args: string[], env: Record<string, string> = { WORKER_SERVICE_TOKEN: secret }): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('token prints a token that the API accepts, for the queues named and for five minutes', async () => {
  const { stdout, code } = await run(['token', '--type', 'worker', '--sub', 'w1', '--queues', 'a,b']);
  expect(code).toBe(0);
  const { payload } = await jwtVerify(stdout.trim(), new TextEncoder().encode(secret), {
    issuer: 'powernode-platform',
    audience: 'powernode-api',
  });
  expect(payload).toMatchObject({ type: 'worker', sub: 'w1', queues: ['a', 'b'] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
});

test.each([
  [['token', '--type', 'emperor', '--sub', 'w1'], '--type: '],
  [['token', '--type', 'worker', '--sub', 'no spaces'], '--sub: expected 1 to 128 of'],
  [['token', '--colour', 'red'], "Unknown option '--colour'"],
  [['enqueue', 'files.thumbnail', '{'], 'expected the payload as JSON, got {'],
  [['enqueue'], 'expected: enqueue NAME'],
  [['enqueue', 'n', '{}', '--delay', 'soon'], '--delay: expected a number, got soon'],
  [['jwks'], 'expected: jwks KEY-FILE…'],
  [['jwks', '/no/such/key'], '/no/such/key: expected a file with an Ed25519 private key'],
  [['fly'], 'expected a command, got fly'],
  [[], 'expected a command, got nothing'],
])('%j is refused in words, without a stack', async (args, words) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('jwks prints the public half of a key, and token signs with its private half', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const key = join(folder, 'key.pem');
  await writeFile(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const jwks = JSON.parse((await run(['jwks', key])).stdout);
  expect(Object.keys(jwks.keys[0]).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  const { stdout } = await run(['token', '--type', 'producer', '--sub', 'shop'], { SERVICE_TOKEN_PRIVATE_KEY: key });
  const { protectedHeader } = await jwtVerify(stdout.trim(), createLocalJWKSet(jwks), { algorithms: ['EdDSA'] });
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: jwks.keys[0].kid });
});

test('a missing secret is named', async () => {
  const { code, stderr } = await run(['token', '--type', 'worker', '--sub', 'w1'], {});
  expect(code).toBe(1);
  expect(stderr).toContain('WORKER_SERVICE_TOKEN: ');
});

test('enqueue sends what it was told as a producer, and prints each fault that the API names', async () => {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ path: request.url, key: request.headers['idempotency-key'], body: JSON.parse(body) });
      const errors = [{ path: 'payload.width', message: 'expected a number, got a string' }];
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: false, error: 'does not fit', code: 'invalid_request', errors }));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Where an API on this machine listens is known from its own variable, too.
  const env = { WORKER_SERVICE_TOKEN: secret, PORT: String(port) };
  const args = [
    'enqueue',
    'files.thumbnail',
    '{"processing_job_id":"x"}',
    '--delay',
    '5',
    '--max-attempts',
    '2',
    '--key',
    'k1',
  ];
  const { code, stderr } = await run(args, env);
  expect(code).toBe(1);
  expect(stderr).toBe('does not fit (invalid_request)\n  payload.width: expected a number, got a string\n');
  const body = { name: 'files.thumbnail', payload: { processing_job_id: 'x' }, delaySeconds: 5, maxAttempts: 2 };
  expect(seen).toEqual([{ path: '/api/v1/jobs', key: 'k1', body }]);
});
