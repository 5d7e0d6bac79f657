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

export type TokenSource = {
  (): Promise<string>;
  /**
   * The server refused a token at this time of its own clock. When the clocks are apart by more than tokens may be, the
   * next token is dated by the server's; true when it makes sense to ask again with it.
   */
  refusedAt(serverMs: number): boolean;
};

/** Further apart than this, somebody else than a wrong clock is at work. */
const LARGEST_CORRECTION_MS = 24 * 3_600_000;
const APART_MS = (LIMITS.clockSkewSeconds * 1000) / 2;

/**
 * Gives the current token of one identity, minting a new one when the cached one is 240 s old. Age is measured on
 * the monotonic clock, so that a step of the wall clock neither keeps a dead token nor floods the signer. A clock that
 * is wrong by minutes keeps nobody out: the first refusal tells the server's time, and tokens are dated by it.
 */
export function createTokenSource(key: TokenKey, identity: ServiceIdentity): TokenSource {
  let cached: { readonly token: Promise<string>; readonly atMs: number } | undefined;
  let correctionMs = 0;

  function current(): Promise<string> {
    if (cached === undefined || performance.now() - cached.atMs >= LIMITS.tokenCacheSeconds * 1000) {
      const token = mintServiceToken(key, identity, Date.now() + correctionMs);
      cached = { token, atMs: performance.now() };
    }
    return cached.token;
  }

  function refusedAt(serverMs: number): boolean {
    const awayMs = serverMs - Date.now();
    const isClock = Math.abs(awayMs - correctionMs) > APART_MS && Math.abs(awayMs) <= LARGEST_CORRECTION_MS;
    if (!isClock) return false;
    correctionMs = awayMs;
    cached = undefined;
    return true;
  }

  return Object.assign(current, { refusedAt });
}
