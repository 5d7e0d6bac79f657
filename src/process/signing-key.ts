import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A process's own key: the API knows its public half by `kid`, and nobody else can sign with it. */
export type Ed25519Key = { readonly kid: string; readonly privateKey: KeyObject };

/** What service tokens are signed with: the secret that is shared with the API, as text, or a key of one's own. */
export type TokenKey = string | Ed25519Key;

const privateJwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1).optional(),
});

/** A variable that names a file with an Ed25519 private key, as PEM or as JWK. Faults never repeat what the file holds. */
export const signingKeyFile = z.string().transform((path, context): Ed25519Key => {
  try {
    return readSigningKey(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'something else';
    context.addIssue({
      code: 'custom',
      message: `expected a file with an Ed25519 private key as PEM or JWK, got ${reason}`,
    });
    return z.NEVER;
  }
});

/** Throws when there is no such file, or it holds no Ed25519 private key. */
export function readSigningKey(path: string): Ed25519Key {
  const text = readFileSync(path, 'utf8');
  const jwk = text.trimStart().startsWith('{') ? privateJwk.parse(JSON.parse(text)) : undefined;
  const privateKey = jwk === undefined ? createPrivateKey(text) : createPrivateKey({ key: jwk, format: 'jwk' });
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('expected an Ed25519 key');
  return { kid: jwk?.kid ?? thumbprintOf(publicXOf(privateKey)), privateKey };
}

/** The public half as it goes into the API's SERVICE_TOKEN_JWKS. */
export function publicJwkOf({ kid, privateKey }: Ed25519Key) {
  return { kty: 'OKP', crv: 'Ed25519', x: publicXOf(privateKey), kid, alg: 'EdDSA', use: 'sig' } as const;
}

/** The name of a key that was given none: RFC 7638's digest of its public half. */
export function thumbprintOf(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}

function publicXOf(privateKey: KeyObject): string {
  return z.object({ x: z.string() }).parse(createPublicKey(privateKey).export({ format: 'jwk' })).x;
}
