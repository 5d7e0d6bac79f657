import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { LIMITS } from '../../contract/limits.ts';
import { role } from '../../contract/operator.ts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../process/service-token.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { Principal } from './principal.ts';

const claims = z.object({
  type: z.enum(['worker', 'producer', 'operator', 'scraper']),
  sub: z.string().min(1).max(255),
  iat: z.number(),
  exp: z.number(),
  queues: z.array(z.string()).optional(),
  role: role.optional(),
});

export type Secrets = { readonly current: string; readonly previous?: string };

/**
 * Verifies a service token: HS256 with the current or the previous secret, issuer, audience, a life of at most 300 s
 * and 5 s of clock skew. Throws `unauthorized` with the reason, which never repeats the token.
 */
export function createServiceTokenVerifier(secrets: Secrets): (token: string) => Promise<Principal> {
  const keys = [secrets.current, secrets.previous]
    .filter((secret) => secret !== undefined)
    .map((secret) => new TextEncoder().encode(secret));

  async function payloadOf(token: string): Promise<unknown> {
    let fault: unknown;
    for (const key of keys) {
      try {
        const verified = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: TOKEN_ISSUER,
          audience: TOKEN_AUDIENCE,
          clockTolerance: LIMITS.clockSkewSeconds,
          requiredClaims: ['sub', 'iat', 'exp'],
        });
        return verified.payload;
      } catch (error) {
        fault = error;
        // Only a wrong signature may be right under the other secret.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw unauthorized(reasonOf(fault));
  }

  return async (token) => {
    const parsed = claims.safeParse(await payloadOf(token));
    if (!parsed.success)
      throw unauthorized(`its claim ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as expected`);
    const { iat, exp } = parsed.data;
    if (exp - iat > LIMITS.tokenLifeSeconds)
      throw unauthorized(`it lives longer than ${String(LIMITS.tokenLifeSeconds)} s`);
    if (iat > Date.now() / 1000 + LIMITS.clockSkewSeconds) throw unauthorized('it was issued in the future');
    return principalOf(parsed.data);
  };
}

function principalOf({ type, sub, queues, role: named }: z.infer<typeof claims>): Principal {
  const limits = queues === undefined ? {} : { queues: new Set(queues) };
  switch (type) {
    case 'worker':
      return { type, id: sub, ...limits };
    case 'producer':
      return { type, name: sub, ...limits };
    case 'operator':
      return { type, name: sub, role: named ?? 'operator' };
    case 'scraper':
      return { type, name: sub };
  }
}

function reasonOf(fault: unknown): string {
  if (fault instanceof errors.JWTExpired) return 'it has expired';
  if (fault instanceof errors.JWTClaimValidationFailed) return `its claim ${fault.claim} is not as expected`;
  if (fault instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match';
  if (fault instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not HS256';
  return 'it is malformed';
}

export function unauthorized(why: string): BridgeError {
  return new BridgeError('unauthorized', `expected a valid token, got one that is refused: ${why}`, {
    headers: { 'www-authenticate': 'Bearer' },
  });
}
