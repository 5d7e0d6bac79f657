import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { Queryable } from '../db/pool.ts';
import type { Authenticate } from '../http/serve-route.ts';
import { readHeldAttempt } from './hold-attempt.ts';
import type { Principal } from './principal.ts';
import type { Sealer } from './sealer.ts';
import { unauthorized } from './verify-service-token.ts';

export type AuthenticateDeps = {
  readonly pool: Queryable;
  readonly sealer: Sealer;
  readonly catalogue: Catalogue;
  verifyServiceToken(token: string): Promise<Principal>;
  /** Who a person's session token speaks for; undefined when it is unknown, expired or signed out. */
  findSession(token: string): Promise<Principal | undefined>;
};

export const SESSION_PREFIX = 'pns_';
const ATTEMPT_PREFIX = 'pna_';

const envelope = z.object({ payload: z.unknown().optional() });

/** Tells three kinds of bearer apart by their prefix: a person's session, an attempt's token, a service's JWT. */
export function createAuthenticate({
  pool,
  sealer,
  catalogue,
  verifyServiceToken,
  findSession,
}: AuthenticateDeps): Authenticate {
  async function attempt(token: string): Promise<Principal> {
    const ref = sealer.open('attempt', token);
    if (ref === undefined) throw unauthorized('it is malformed');
    const data = await readHeldAttempt(pool, ref);
    if (data === undefined) throw unauthorized('its attempt is over');
    const parsed = envelope.safeParse(data);
    return { type: 'attempt', ref, payload: parsed.data?.payload, declaration: catalogue.find(ref.name) };
  }

  return async (bearer) => {
    if (bearer === undefined) return { type: 'anonymous' };
    if (bearer.startsWith(ATTEMPT_PREFIX)) return await attempt(bearer);
    if (!bearer.startsWith(SESSION_PREFIX)) return await verifyServiceToken(bearer);
    const session = await findSession(bearer);
    if (session === undefined) throw unauthorized('its session has ended');
    return session;
  };
}
