import { SignJWT } from 'jose';
import { LIMITS } from '../contract/limits.ts';
import type { Role } from '../contract/operator.ts';

export type ServiceTokenType = 'worker' | 'producer' | 'operator' | 'scraper';

export const TOKEN_ISSUER = 'powernode-platform';
export const TOKEN_AUDIENCE = 'powernode-api';

export type ServiceIdentity = {
  readonly type: ServiceTokenType;
  /** Worker id, producer name or operator. */
  readonly sub: string;
  readonly queues?: readonly string[];
  readonly role?: Role;
};

/** A fresh HS256 service token that lives as long as the contract allows. */
export async function mintServiceToken(
  secret: string,
  identity: ServiceIdentity,
  now: number = Date.now(),
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  const { type, sub, queues, role } = identity;
  return await new SignJWT({
    type,
    ...(queues === undefined ? {} : { queues }),
    ...(role === undefined ? {} : { role }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIMITS.tokenLifeSeconds)
    .sign(new TextEncoder().encode(secret));
}

/**
 * Gives the current token of one identity, minting a new one when the cached one is 240 s old. Age is measured on
 * the monotonic clock, so that a step of the wall clock neither keeps a dead token nor floods the signer.
 */
export function createTokenSource(secret: string, identity: ServiceIdentity): () => Promise<string> {
  let cached: { readonly token: Promise<string>; readonly atMs: number } | undefined;
  return () => {
    if (cached === undefined || performance.now() - cached.atMs >= LIMITS.tokenCacheSeconds * 1000) {
      const token = mintServiceToken(secret, identity);
      cached = { token, atMs: performance.now() };
    }
    return cached.token;
  };
}
