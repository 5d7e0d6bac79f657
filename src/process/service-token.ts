import { SignJWT } from 'jose';
import { z } from 'zod';
import { LIMITS } from '../contract/limits.ts';
import type { Role } from '../contract/operator.ts';
import type { TokenKey } from './signing-key.ts';

export const serviceTokenType = z.enum(['worker', 'producer', 'operator', 'scraper']);
export type ServiceTokenType = z.infer<typeof serviceTokenType>;

export const TOKEN_ISSUER = 'powernode-platform';
export const TOKEN_AUDIENCE = 'powernode-api';

export type ServiceIdentity = {
  readonly type: ServiceTokenType;
  /** Worker id, producer name or operator. */
  readonly sub: string;
  readonly queues?: readonly string[];
  readonly role?: Role;
};

/**
 * A fresh service token that lives as long as the contract allows: HS256 under the shared secret, or EdDSA under a key of
 * one's own, whose `kid` tells the API which public key to verify it with.
 */
export async function mintServiceToken(
  key: TokenKey,
  identity: ServiceIdentity,
  now: number = Date.now(),
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  const { type, sub, queues, role } = identity;
  const unsigned = new SignJWT({
    type,
    ...(queues === undefined ? {} : { queues }),
    ...(role === undefined ? {} : { role }),
  })
    .setSubject(sub)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIMITS.tokenLifeSeconds);
  if (typeof key !== 'string')
    return await unsigned.setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'JWT' }).sign(key.privateKey);
  return await unsigned.setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(key));
}

/**
 * Gives the current token of one identity, minting a new one when the cached one is 240 s old. Age is measured on
 * the monotonic clock, so that a step of the wall clock neither keeps a dead token nor floods the signer.
 */
export function createTokenSource(key: TokenKey, identity: ServiceIdentity): () => Promise<string> {
  let cached: { readonly token: Promise<string>; readonly atMs: number } | undefined;
  return () => {
    if (cached === undefined || performance.now() - cached.atMs >= LIMITS.tokenCacheSeconds * 1000) {
      const token = mintServiceToken(key, identity);
      cached = { token, atMs: performance.now() };
    }
    return cached.token;
  };
}
