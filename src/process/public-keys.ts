import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { serviceTokenType, type ServiceTokenType } from './service-token.ts';
import { thumbprintOf } from './signing-key.ts';

/** A public key that service tokens are verified with. */
export type PublicKey = {
  readonly kid: string;
  /** Its 32 bytes, base64url, as a JWK has them. */
  readonly x: string;
  readonly key: KeyObject;
  /** What its holder may sign for; everything when absent. */
  readonly types?: ReadonlySet<ServiceTokenType>;
};

const publicJwk = z.looseObject({
  kty: z.literal('OKP', 'expected OKP'),
  crv: z.literal('Ed25519', 'expected Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes as base64url'),
  kid: z.string().min(1).max(255).optional(),
  alg: z.enum(['EdDSA', 'Ed25519'], 'expected EdDSA').optional(),
  use: z.literal('sig', 'expected sig').optional(),
  /** A private key in this list would be a leak, and the list is served to everybody. */
  d: z.undefined('expected public keys only, got a private one').optional(),
  /** Ours, beside the standard's members: holds the key to some types of token. */
  types: z.array(serviceTokenType).min(1).optional(),
});
const jwks = z.object({ keys: z.array(publicJwk).min(1).max(1000) });

/** A variable that holds a JWKS, or names a file with one: Ed25519 public keys, each `kid` once. */
export const publicKeySet = z.string().transform((value, context): readonly PublicKey[] => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  let document: unknown;
  try {
    document = JSON.parse(value.trimStart().startsWith('{') ? value : readFileSync(value, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no JSON';
    return refuse(`expected a JWKS, or a file with one, got ${reason}`);
  }
  const parsed = jwks.safeParse(document);
  if (!parsed.success) {
    return refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const keys = parsed.data.keys.map(({ x, kid, types }) => publicKey(x, kid, types));
  const repeated = keys.find(({ kid }, at) => keys.findIndex((other) => other.kid === kid) !== at);
  return repeated === undefined ? keys : refuse(`expected each kid once, got ${repeated.kid} twice`);
});

/** What anybody may fetch: the standard's members only. */
export function publishedKeys(keys: readonly PublicKey[]) {
  return { keys: keys.map(({ kid, x }) => ({ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' })) };
}

function publicKey(x: string, kid: string | undefined, types: ServiceTokenType[] | undefined): PublicKey {
  return {
    kid: kid ?? thumbprintOf(x),
    x,
    key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    ...(types === undefined ? {} : { types: new Set(types) }),
  };
}
