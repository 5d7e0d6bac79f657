import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign as signBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publicJwkOf } from '../../src/process/signing-key.ts';
import { type Api, startApi } from '../support/api.ts';
import { callerOf, expectRefusal } from './support/client.ts';
import { mint, sign } from './support/token.ts';

let api: Api;
let folder: string;
let lure: Server;
let fetched = 0;
let lureUrl: string;
const known = { kid: 'shop', privateKey: generateKeyPairSync('ed25519').privateKey };
const own = generateKeyPairSync('ed25519');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-tokens-'));
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [publicJwkOf(known)] }));
  api = await startApi({ env: { SERVICE_TOKEN_JWKS: jwks } });
  // Serves the attacker's key to whoever is led here by a token.
  lure = createServer((_, response) => {
    fetched += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [publicJwkOf({ kid: 'evil', privateKey: own.privateKey })] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => lure.once('listening', resolve));
  lureUrl = `http://127.0.0.1:${(lure.address() as AddressInfo).port}/jwks.json`;
});
afterAll(async () => {
  lure.close();
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const now = () => Math.floor(Date.now() / 1000);
const claims = (more = {}) => ({
  ...{ type: 'operator', role: 'admin', sub: 'eve', iss: 'powernode-platform', aud: 'powernode-api' },
  ...{ iat: now(), exp: now() + 200 },
  ...more,
});
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
function eddsa(header: object, key: KeyObject, payload: unknown = claims()): string {
  const head = `${encode({ alg: 'EdDSA', typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${head}.${signBytes(null, Buffer.from(head), key).toString('base64url')}`;
}
const hmac = (secret: string | Buffer, header: object, payload: unknown = claims()) => {
  const head = `${encode(header)}.${encode(payload)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
};
const ownJwk = () => own.publicKey.export({ format: 'jwk' });

const hostile: [string, () => string][] = [
  ['a key of its own in jwk', () => eddsa({ jwk: ownJwk() }, own.privateKey)],
  ['a key of its own in jwk under a known kid', () => eddsa({ kid: 'shop', jwk: ownJwk() }, own.privateKey)],
  ['a jku that serves its key', () => eddsa({ kid: 'evil', jku: lureUrl }, own.privateKey)],
  ['a jku with the right secret’s algorithm', () => hmac('x'.repeat(32), { alg: 'HS256', jku: lureUrl })],
  ['an x5u that serves its key', () => eddsa({ kid: 'evil', x5u: lureUrl }, own.privateKey)],
  ['an x5c of its own', () => eddsa({ x5c: [ownJwk().x] }, own.privateKey)],
  ['a kid that is a path', () => hmac('', { alg: 'HS256', kid: '../../../../dev/null' })],
  ['a kid that is a path, with a NUL as the secret', () => hmac('\0', { alg: 'HS256', kid: '/dev/null' })],
  ['a kid that is SQL', () => hmac('x', { alg: 'HS256', kid: "x' UNION SELECT 'x" })],
  ['a kid that is a URL', () => eddsa({ kid: lureUrl }, own.privateKey)],
  ['a kid that is an object', () => eddsa({ kid: { toString: 'shop' } }, own.privateKey)],
  ['a kid that every object has', () => hmac('x', { alg: 'HS256', kid: '__proto__' })],
  ['the public key as the secret', () => hmac(Buffer.from(publicJwkOf(known).x, 'base64url'), { alg: 'HS256' })],
  ['the public key as the secret under its kid', () => hmac(publicJwkOf(known).x, { alg: 'HS256', kid: 'shop' })],
  ['the right secret under a public key’s kid', () => hmac(api.secret, { alg: 'HS256', kid: 'shop' })],
  ['an empty secret', () => hmac('', { alg: 'HS256' })],
  ['alg none with a known kid', () => `${encode({ alg: 'none', kid: 'shop' })}.${encode(claims())}.`],
  ['alg in other letters', () => hmac(api.secret, { alg: 'hs256' })],
  ['alg as a list', () => hmac(api.secret, { alg: ['HS256'] })],
  ['no alg', () => hmac(api.secret, {})],
  ['HS384', () => sign(api.secret, { alg: 'HS384' }, claims())],
  ['a crit that nobody knows', () => hmac(api.secret, { alg: 'HS256', crit: ['x'], x: 1 })],
  ['an unencoded payload', () => hmac(api.secret, { alg: 'HS256', b64: false, crit: ['b64'] })],
  ['one that is not valid yet', () => hmac(api.secret, { alg: 'HS256' }, claims({ nbf: now() + 60 }))],
  ['an nbf that is text', () => hmac(api.secret, { alg: 'HS256' }, claims({ nbf: 'x' }))],
  ['one that expired before it was issued', () => hmac(api.secret, { alg: 'HS256' }, claims({ exp: now() - 60 }))],
  ['an exp of infinity', () => hmac(api.secret, { alg: 'HS256' }, claims({ exp: 1e308 }))],
  ['an iat in the distant past', () => hmac(api.secret, { alg: 'HS256' }, claims({ iat: -1e12 }))],
  ['the audience of somebody else', () => hmac(api.secret, { alg: 'HS256' }, claims({ aud: ['bridge', 'other'] }))],
  ['an audience that is an object', () => hmac(api.secret, { alg: 'HS256' }, claims({ aud: { includes: 1 } }))],
  ['a role that nobody has', () => hmac(api.secret, { alg: 'HS256' }, claims({ role: 'root' }))],
  ['claims that are a list', () => hmac(api.secret, { alg: 'HS256' }, [claims()])],
  ['a token around a token', () => hmac(api.secret, { alg: 'HS256', cty: 'JWT' }, mint(api.secret, 'operator', 'x'))],
  [
    'an encrypted one',
    () => `${encode({ alg: 'dir', enc: 'A256GCM' })}..${'a'.repeat(16)}.${'b'.repeat(50)}.${'c'.repeat(22)}`,
  ],
  ['a signature in the other alphabet', () => mint(api.secret, 'operator', 'x').replace(/[^.]+$/, (s) => `${s}==`)],
  ['a signature cut short', () => mint(api.secret, 'operator', 'x').slice(0, -10)],
  ['10 kB of claims', () => hmac(api.secret, { alg: 'HS256' }, claims({ sub: 'x'.repeat(7_000) }))],
  [
    'a nest of a thousand levels',
    () => hmac(randomBytes(32), { alg: 'HS256' }, JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)),
  ],
];

it.each(hostile)('lets nobody in with %s, and asks nobody about it', async (_, token) => {
  expectRefusal(await callerOf(api.url, token()).get('/workers'), 401);
  expect(fetched).toBe(0);
});

it('refuses a token that is larger than headers may be', async () => {
  const answer = await fetch(`${api.url}/api/v1/workers`, {
    headers: { authorization: `Bearer ${'x'.repeat(20_000)}` },
  });
  expect(answer.status).toBe(431);
});

it('knows the good from the bad: the same claims under the right secret get in', async () => {
  expect((await callerOf(api.url, hmac(api.secret, { alg: 'HS256' })).get('/workers')).status).toBe(200);
});
