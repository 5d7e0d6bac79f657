import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicKeySet, publishedKeys } from '../../src/process/public-keys.ts';
import { publicJwkOf, readSigningKey, signingKeyFile, thumbprintOf } from '../../src/process/signing-key.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pair = generateKeyPairSync('ed25519');
const privateJwk = pair.privateKey.export({ format: 'jwk' });
const x = String(privateJwk['x']);

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('a private key is read as PEM and as JWK, and both name it alike', async () => {
  const pem = await file('key.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const jwk = await file('key.jwk', JSON.stringify(privateJwk));
  const named = await file('named.jwk', JSON.stringify({ ...privateJwk, kid: 'w1' }));
  for (const path of [pem, jwk]) expect(readSigningKey(path).kid).toBe(thumbprintOf(x));
  expect(publicJwkOf(readSigningKey(named))).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x,
    kid: 'w1',
    alg: 'EdDSA',
    use: 'sig',
  });
});

test('what is no Ed25519 private key is refused without repeating a byte of it', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const wrong = [
    join(folder, 'nothing-here'),
    folder,
    await file('rsa.pem', rsa.toString()),
    await file('public.pem', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    await file('public.jwk', JSON.stringify(pair.publicKey.export({ format: 'jwk' }))),
    await file('oct.jwk', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' })),
    await file('text', 'a password, perhaps'),
    await file('empty', ''),
  ];
  for (const path of wrong) {
    const { success, error } = signingKeyFile.safeParse(path);
    expect([path, success]).toEqual([path, false]);
    expect(error?.issues[0]?.message).toMatch(/^expected a file with an Ed25519 private key as PEM or JWK, got \S+/);
    expect(error?.message).not.toMatch(/password|c2VjcmV0|MII/);
  }
});

const publicJwk = { kty: 'OKP', crv: 'Ed25519', x };
const set = (...keys: object[]) => JSON.stringify({ keys });

test('a key set is read from a file or from the variable itself, and only its public half is served', async () => {
  const inline = set({ ...publicJwk, kid: 'a', types: ['worker'], note: 'of the host in the cellar' }, publicJwk);
  for (const value of [inline, await file('jwks.json', inline)]) {
    expect(publishedKeys(publicKeySet.parse(value))).toEqual({
      keys: ['a', thumbprintOf(x)].map((kid) => ({ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' })),
    });
  }
});

test.each([
  ['a private key', set(privateJwk), 'expected public keys only, got a private one'],
  ['a shared secret', set({ kty: 'oct', k: 'c2VjcmV0' }), 'keys.0.kty: expected OKP'],
  ['another curve', set({ ...publicJwk, crv: 'X25519' }), 'keys.0.crv: expected Ed25519'],
  ['another algorithm', set({ ...publicJwk, alg: 'HS256' }), 'keys.0.alg: expected EdDSA'],
  ['a key for encryption', set({ ...publicJwk, use: 'enc' }), 'keys.0.use: expected sig'],
  ['a key that is too short', set({ ...publicJwk, x: 'AAAA' }), 'keys.0.x: expected 32 bytes'],
  ['one kid twice', set({ ...publicJwk, kid: 'a' }, { ...publicJwk, kid: 'a' }), 'expected each kid once, got a twice'],
  ['no key at all', set(), 'keys: '],
  ['an unknown type of token', set({ ...publicJwk, types: ['root'] }), 'keys.0.types.0: '],
  ['no JSON', '{', 'got no JSON'],
  ['a file that is not there', '/no/such/file', 'got ENOENT'],
])('a key set with %s is refused in words', (_, value, words) => {
  const { error } = publicKeySet.safeParse(value);
  expect(error?.issues[0]?.message).toContain(words);
});
