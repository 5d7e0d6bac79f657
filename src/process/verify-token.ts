import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { text } from '../contract/fields.ts';
import { LIMITS } from '../contract/limits.ts';
import { role } from '../contract/operator.ts';
import type { PublicKey } from './public-keys.ts';
import { serviceTokenType, TOKEN_AUDIENCE, TOKEN_ISSUER } from './service-token.ts';
import { previousHolds, type Secrets } from './token-secrets.ts';

const claims = z.object({
  type: serviceTokenType,
  sub: text(1, 255),
  iat: z.number(),
  exp: z.number(),
  queues: z.array(z.string()).optional(),
  role: role.optional(),
});
export type ServiceClaims = z.infer<typeof claims>;

/** A token that is not let in; the message says why in words that follow "refused:" and never repeats the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** Whose tokens are believed. Without secrets no HS256 token is, without keys no EdDSA token. */
export type TokenTrust = { readonly secrets?: Secrets | undefined; readonly keys?: readonly PublicKey[] | undefined };

type Key = { readonly algorithm: 'HS256' | 'EdDSA'; readonly key: Uint8Array | KeyObject };

/**
 * Verifies service tokens: signature, issuer, audience, a life of at most 300 s and 5 s of clock skew. A key belongs to one
 * algorithm: EdDSA tokens are verified by the public key that their `kid` names and by nothing else, HS256 tokens by the
 * shared secrets and by nothing else, so that no public key can ever serve as a secret. Keys inside a token are ignored.
 */
export function createTokenVerifier(
  { secrets, keys = [] }: TokenTrust,
  now: () => number = Date.now,
): (token: string) => Promise<ServiceClaims> {
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  const bytesOf = (secret: string) => new TextEncoder().encode(secret);
  const current = secrets === undefined ? undefined : bytesOf(secrets.current);
  const previous = secrets?.previous === undefined ? undefined : bytesOf(secrets.previous);

  function sharedKeys(): Key[] {
    const graced = secrets !== undefined && previousHolds(secrets, now()) ? previous : undefined;
    return [current, graced].flatMap((key) => (key === undefined ? [] : [{ algorithm: 'HS256' as const, key }]));
  }

  return async (token) => {
    const { alg, kid } = headerOf(token);
    const named = kid === undefined ? undefined : byKid.get(kid);
    if (alg === 'EdDSA' && named === undefined) throw new TokenRefused('its kid names no key that is known here');
    if (alg !== 'EdDSA' && named !== undefined) throw new TokenRefused('its kid names a key of another algorithm');
    const candidates: Key[] =
      alg === 'EdDSA' && named !== undefined ? [{ algorithm: 'EdDSA', key: named.key }] : sharedKeys();
    const parsed = claims.safeParse(await payloadOf(token, candidates, now));
    if (!parsed.success)
      throw new TokenRefused(`its claim ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as expected`);
    const { iat, exp, type } = parsed.data;
    if (exp - iat > LIMITS.tokenLifeSeconds)
      throw new TokenRefused(`it lives longer than ${String(LIMITS.tokenLifeSeconds)} s`);
    if (iat > now() / 1000 + LIMITS.clockSkewSeconds) throw new TokenRefused('it was issued in the future');
    if (named?.types?.has(type) === false) throw new TokenRefused(`its key may not sign for type ${type}`);
    return parsed.data;
  };
}

async function payloadOf(token: string, candidates: readonly Key[], now: () => number): Promise<unknown> {
  let fault: unknown = new TokenRefused('its algorithm is not accepted');
  for (const { algorithm, key } of candidates) {
    try {
      const verified = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        clockTolerance: LIMITS.clockSkewSeconds,
        currentDate: new Date(now()),
        requiredClaims: ['sub', 'iat', 'exp'],
      });
      return verified.payload;
    } catch (error) {
      fault = error;
      // Only a wrong signature may be right under the other secret.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  throw fault instanceof TokenRefused ? fault : new TokenRefused(reasonOf(fault));
}

function headerOf(token: string): { alg: unknown; kid: string | undefined } {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return { alg, kid: typeof kid === 'string' ? kid : undefined };
  } catch {
    throw new TokenRefused('it is malformed');
  }
}

function reasonOf(fault: unknown): string {
  if (fault instanceof errors.JWTExpired) return 'it has expired';
  if (fault instanceof errors.JWTClaimValidationFailed) return `its claim ${fault.claim} is not as expected`;
  if (fault instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match';
  if (fault instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted';
  return 'it is malformed';
}
