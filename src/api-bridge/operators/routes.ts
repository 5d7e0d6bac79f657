import { authenticateUser, endSession, verifySession } from '../../contract/routes/operators.ts';
import { audit } from '../audit/write-audit.ts';
import type { OperatorPrincipal, Principal } from '../auth/principal.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Sessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';

export type OperatorRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
};

/** Sign-in, who am I, sign-out. Each sign-in and sign-out leaves a line in the audit log. */
export function installOperatorRoutes(app: BridgeApp, { pool, authenticate, sessions }: OperatorRoutesDeps): void {
  const signIn = createSignIn(pool, sessions);

  serveRoute(app, authenticate, authenticateUser, async ({ body }) => {
    const { token, expiresAt, user } = await signIn({ ...body, clientIp: body.client_ip ?? '' });
    const who = { type: 'operator', name: user.email, role: user.role, seesPayloads: user.seesPayloads } as const;
    await audit(pool, who, { action: 'operator.sign_in', target: user.email, ip: body.client_ip });
    return { status: 200, data: { session_token: token, expires_at: expiresAt.toISOString(), user } };
  });

  serveRoute(app, authenticate, verifySession, async ({ principal }) => {
    const { session, name, role, seesPayloads } = signedIn(principal);
    const user = { id: session.operatorId, email: name, role, seesPayloads };
    return { status: 200, data: { expires_at: session.expiresAt.toISOString(), user } };
  });

  serveRoute(app, authenticate, endSession, async ({ principal }) => {
    const { session, name } = signedIn(principal);
    await sessions.end(session.tokenHash);
    await audit(pool, principal, { action: 'operator.sign_out', target: name });
    return { status: 204 };
  });
}

type SignedInOperator = OperatorPrincipal & Required<Pick<OperatorPrincipal, 'session'>>;

function signedIn(principal: Principal): SignedInOperator {
  if (principal.type === 'operator' && principal.session !== undefined) {
    return { ...principal, session: principal.session };
  }
  throw new BridgeError('bad_request', 'expected the session token of a person, got a service token');
}
