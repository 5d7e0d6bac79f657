import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { publicKeySet, type PublicKey } from '../../src/process/public-keys.ts';
import { createTokenSource, mintServiceToken } from '../../src/process/service-token.ts';
import { publicJwkOf, thumbprintOf, type Ed25519Key } from '../../src/process/signing-key.ts';
import { createTokenVerifier } from '../../src/process/verify-token.ts';
import { sign } from '../wire/support/token.ts';

const SECRET = 'the shared secret of a test, long enough';
const worker = { type: 'worker', sub: 'w1' } as const;
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({ ...worker, iss: 'powernode-platform', aud: 'powernode-api', iat: now(), exp: now() + 300 });

function ownKey(kid: string): Ed25519Key {
  return { kid, privateKey: generateKeyPairSync('ed25519').privateKey };
}
const [first, second, stranger] = [ownKey('first'), ownKey('second'), ownKey('first')];
const keys: readonly PublicKey[] = publicKeySet.parse(
  JSON.stringify({ keys: [publicJwkOf(first), publicJwkOf(second)] }),
);
const both = createTokenVerifier({ secrets: { current: SECRET }, keys });
const forge = (header: object, key: KeyObject | Uint8Array, payload: JWTPayload = claims()) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(key);
const bytesOf = (text: string | Buffer) => Buffer.from(text);
const firstPublic = createPublicKey(first.privateKey);

test('several kids live at once, and HS256 stays beside them', async () => {
  for (const key of [first, second, SECRET]) {
    expect(await both(await mintServiceToken(key, { ...worker, queues: ['email'] }))).toMatchObject({
      ...worker,
      queues: ['email'],
    });
  }
});

test('a token source signs with the key that it was given', async () => {
  const token = await createTokenSource(second, worker)();
  expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).toEqual({
    alg: 'EdDSA',
    kid: 'second',
    typ: 'JWT',
  });
});

describe('refuses', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const spki = firstPublic.export({ type: 'spki', format: 'pem' });
  const hostile: [string, () => string | Promise<string>, RegExp][] = [
    ['a foreign key under a known kid', () => mintServiceToken(stranger, worker), /signature/],
    ['a known key under another kid', () => forge({ kid: 'second' }, first.privateKey), /signature/],
    ['an unknown kid', () => mintServiceToken(ownKey('third'), worker), /kid names no key/],
    ['no kid', () => forge({}, first.privateKey), /kid names no key/],
    ['a kid of the object’s prototype', () => forge({ kid: '__proto__' }, first.privateKey), /kid names no key/],
    [
      'HS256 with the public key as PEM for its secret',
      () => forge({ alg: 'HS256', kid: 'first' }, bytesOf(spki)),
      /another algorithm/,
    ],
    ['the same without a kid', () => forge({ alg: 'HS256' }, bytesOf(spki)), /signature/],
    [
      'HS256 with the public JWK for its secret',
      () => forge({ alg: 'HS256' }, bytesOf(JSON.stringify(publicJwkOf(first)))),
      /signature/,
    ],
    [
      'HS256 with the public bytes for its secret',
      () => forge({ alg: 'HS256' }, Buffer.from(publicJwkOf(first).x, 'base64url')),
      /signature/,
    ],
    [
      'the right secret under the kid of a public key',
      () => sign(SECRET, { alg: 'HS256', kid: 'first' }, claims()),
      /another algorithm/,
    ],
    ['alg none under a known kid', () => sign(SECRET, { alg: 'none', kid: 'first' }, claims()), /another algorithm/],
    [
      'EdDSA with an HMAC for its signature',
      () => sign(SECRET, { alg: 'HS256' }, claims()).replace(/^[^.]+/, head({ alg: 'EdDSA', kid: 'first' })),
      /signature/,
    ],
    ['ES256 under a known kid', () => forge({ alg: 'ES256', kid: 'first' }, ec), /another algorithm/],
    ['ES256 without a kid', () => forge({ alg: 'ES256' }, ec), /algorithm is not accepted/],
    ['RS256', () => forge({ alg: 'RS256' }, rsa), /algorithm is not accepted/],
    ['HS384 with the right secret', () => sign(SECRET, { alg: 'HS384' }, claims()), /algorithm is not accepted/],
    [
      'a key that the token brings along',
      () => forge({ kid: 'x', jwk: publicJwkOf(stranger) }, stranger.privateKey),
      /kid names no key/,
    ],
    [
      'a key at an address that the token brings along',
      () => forge({ kid: 'x', jku: 'https://example.org/jwks.json' }, stranger.privateKey),
      /kid names no key/,
    ],
    [
      'an extension that must be understood',
      () => unsignable({ alg: 'EdDSA', kid: 'first', crit: ['x'], x: 1 }),
      /malformed/,
    ],
    [
      'a life of more than 300 s',
      () => forge({ kid: 'first' }, first.privateKey, { ...claims(), exp: now() + 400 }),
      /longer than 300 s/,
    ],
    [
      'a token from the future',
      () => forge({ kid: 'first' }, first.privateKey, { ...claims(), iat: now() + 60 }),
      /future/,
    ],
    [
      'an expired token',
      () => forge({ kid: 'first' }, first.privateKey, { ...claims(), iat: now() - 300, exp: now() - 10 }),
      /expired/,
    ],
    [
      'a foreign audience',
      () => forge({ kid: 'first' }, first.privateKey, { ...claims(), aud: 'others' }),
      /claim aud/,
    ],
    ['an unknown type', () => forge({ kid: 'first' }, first.privateKey, { ...claims(), type: 'root' }), /claim type/],
    ['nonsense', () => 'a.b.c', /malformed/],
    ['nothing', () => '', /malformed/],
  ];
  test.each(hostile)('%s', async (_, make, why) => {
    const token = await make();
    const refused = await both(token).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ name: 'TokenRefused', message: expect.stringMatching(why) });
    if (token.length > 20) expect(String(refused)).not.toContain(token);
  });

  test('HS256 where no secret is configured, and EdDSA where no key is', async () => {
    const onlyKeys = createTokenVerifier({ keys });
    await expect(onlyKeys(await mintServiceToken(SECRET, worker))).rejects.toThrow('algorithm is not accepted');
    const onlySecret = createTokenVerifier({ secrets: { current: SECRET } });
    await expect(onlySecret(await mintServiceToken(first, worker))).rejects.toThrow('kid names no key');
  });

  test('an operator’s token from a key that was given to a worker', async () => {
    const jwks = { keys: [{ ...publicJwkOf(first), types: ['worker'] }] };
    const verify = createTokenVerifier({ keys: publicKeySet.parse(JSON.stringify(jwks)) });
    expect(await verify(await mintServiceToken(first, worker))).toMatchObject(worker);
    const token = await mintServiceToken(first, { type: 'operator', sub: 'eve', role: 'admin' });
    await expect(verify(token)).rejects.toThrow('may not sign for type operator');
  });
});

test('the previous secret is refused 24 h after the rotation, to the millisecond', async () => {
  const clock = { nowMs: Date.now() };
  const rotatedAt = clock.nowMs;
  const secrets = {
    current: SECRET,
    previous: 'the secret before the rotation, long enough',
    previousUntil: new Date(rotatedAt + 24 * 3600_000),
  };
  const verify = createTokenVerifier({ secrets }, () => clock.nowMs);
  const old = () => mintServiceToken(secrets.previous, worker, clock.nowMs);
  for (const passedMs of [0, 24 * 3600_000 - 1]) {
    clock.nowMs = rotatedAt + passedMs;
    expect(await verify(await old())).toMatchObject(worker);
  }
  clock.nowMs = rotatedAt + 24 * 3600_000;
  await expect(verify(await old())).rejects.toThrow('signature');
  expect(await verify(await mintServiceToken(SECRET, worker, clock.nowMs))).toMatchObject(worker);
});

test('a key without a name is named by RFC 7638’s digest', () => {
  // The key and the digest of RFC 8037, appendix A.3.
  expect(thumbprintOf('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
});

const head = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
const unsignable = (header: object) => `${head(header)}.${head(claims())}.${Buffer.alloc(64).toString('base64url')}`;
