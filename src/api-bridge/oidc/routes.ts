import { createHash } from 'node:crypto';
import { z } from 'zod';
import { beginOidc, finishOidc, readSignInMethods } from '../../contract/routes/oidc.ts';
import type { Logger } from '../../process/logger.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Sessions } from '../operators/sessions.ts';
import { admit } from './admit.ts';
import { entitlementOf, type OidcSettings } from './oidc-env.ts';
import { createIdentityProvider, type Proof } from './provider.ts';

export type OidcRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
  readonly oidc: OidcSettings | undefined;
  readonly log: Logger;
};

const MINUTES = 10;

/** Signing in through an identity provider, for the dashboard, which only leads the browser there and back. */
export function installOidcRoutes(app: BridgeApp, { pool, authenticate, sessions, oidc, log }: OidcRoutesDeps): void {
  const provider = oidc === undefined ? undefined : createIdentityProvider(oidc, log);
  const absent = () => new BridgeError('not_found', 'expected OIDC_ISSUER to be set, got none: people use passwords');

  serveRoute(app, authenticate, readSignInMethods, async () => ({
    status: 200,
    data: { password: true as const, ...(oidc === undefined ? {} : { oidc: { label: oidc.label } }) },
  }));

  serveRoute(app, authenticate, beginOidc, async () => {
    if (provider === undefined) throw absent();
    const { url, proof } = await provider.begin();
    await remember(pool, proof);
    return { status: 200, data: { url, state: proof.state } };
  });

  serveRoute(app, authenticate, finishOidc, async ({ body }) => {
    if (provider === undefined || oidc === undefined) throw absent();
    const proof = await takeBack(pool, body.state);
    if (proof === undefined)
      throw new BridgeError('sign_in_refused', 'that sign-in took too long or was used before; begin again');
    const identity = await provider.redeem(new URLSearchParams(body.callback), proof);
    const entitled = entitlementOf(identity.claims[oidc.roleClaim], oidc.rules);
    if (entitled === undefined) {
      log.warn({ email: identity.email, claim: oidc.roleClaim }, 'no rule of OIDC_ROLES fits somebody who signed in');
      throw new BridgeError('sign_in_refused', 'nothing here is open to you: no role belongs to your groups');
    }
    const user = await admit(pool, identity, entitled);
    sessions.forgetAll();
    const clientIp = body.client_ip ?? '';
    const { token, expiresAt } = await sessions.open(user.id, { clientIp, userAgent: body.user_agent, method: 'oidc' });
    const { email, role, seesPayloads } = user;
    const who = { type: 'operator', name: email, role, seesPayloads } as const;
    await audit(pool, who, { action: 'operator.sign_in', target: email, ip: clientIp, detail: { by: 'oidc' } });
    return { status: 200, data: { session_token: token, expires_at: expiresAt.toISOString(), user } };
  });
}

async function remember(pool: Pool, { state, nonce, verifier }: Proof): Promise<void> {
  await pool.query('DELETE FROM worker_api.oidc_flow WHERE expires_at < now()');
  await pool.query(
    `INSERT INTO worker_api.oidc_flow (state_hash, verifier, nonce, expires_at) VALUES ($1, $2, $3, now() + $4::interval)`,
    [hashOf(state), verifier, nonce, `${MINUTES} minutes`],
  );
}

const flow = z.object({ verifier: z.string(), nonce: z.string() });

/** Once: a second answer to the same sign-in finds nothing. */
async function takeBack(pool: Pool, state: string): Promise<Proof | undefined> {
  const found = await pool.query(
    'DELETE FROM worker_api.oidc_flow WHERE state_hash = $1 AND expires_at > now() RETURNING verifier, nonce',
    [hashOf(state)],
  );
  return found.rows.length === 0 ? undefined : { state, ...flow.parse(found.rows[0]) };
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}
