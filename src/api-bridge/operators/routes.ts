import { authenticateUser, endSession, verifySession } from '../../contract/routes/operators.ts';
import { changeOwnPassword as changeOwnPasswordRoute } from '../../contract/routes/people.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool } from '../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { changeOwnPassword } from './own-password.ts';
import { installPeopleRoutes } from './people-routes.ts';
import { installSessionRoutes } from './session-routes.ts';
import type { Sessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { signedInPerson } from './signed-in-person.ts';

export type OperatorRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
};

/** Sign-in, who am I, sign-out, accounts and sessions. Each deed leaves a line in the audit log. */
export function installOperatorRoutes(app: BridgeApp, deps: OperatorRoutesDeps): void {
  const { pool, authenticate, sessions } = deps;
  const signIn = createSignIn(pool, sessions);
  installPeopleRoutes(app, deps);
  installSessionRoutes(app, deps);

  serveRoute(app, authenticate, authenticateUser, async ({ body }) => {
    const { token, expiresAt, user } = await signIn({
      email: body.email,
      password: body.password,
      clientIp: body.client_ip ?? '',
      userAgent: body.user_agent,
    });
    const { email, role, seesPayloads } = user;
    const who = { type: 'operator', name: email, role, seesPayloads } as const;
    await audit(pool, who, { action: 'operator.sign_in', target: email, ip: body.client_ip });
    return { status: 200, data: { session_token: token, expires_at: expiresAt.toISOString(), user } };
  });

  serveRoute(app, authenticate, verifySession, async ({ principal }) => {
    const { session, name, role, seesPayloads, mustChangePassword } = signedInPerson(principal);
    const flag = mustChangePassword === true ? { mustChangePassword } : {};
    const user = { id: session.operatorId, email: name, role, seesPayloads, ...flag };
    return { status: 200, data: { expires_at: session.expiresAt.toISOString(), user } };
  });

  serveRoute(app, authenticate, changeOwnPasswordRoute, async ({ body, principal }) => {
    const person = signedInPerson(principal);
    const { session, name, role, seesPayloads } = person;
    await changeOwnPassword(pool, person, { ...body, clientIp: body.client_ip ?? '' });
    sessions.forgetAll();
    const fresh = await sessions.open(session.operatorId, { clientIp: body.client_ip ?? '', method: 'password' });
    await audit(pool, principal, { action: 'operator.change_password', target: name });
    const user = { id: session.operatorId, email: name, role, seesPayloads };
    return { status: 200, data: { session_token: fresh.token, expires_at: fresh.expiresAt.toISOString(), user } };
  });

  serveRoute(app, authenticate, endSession, async ({ principal }) => {
    const { session, name } = signedInPerson(principal);
    await sessions.end(session.tokenHash);
    await audit(pool, principal, { action: 'operator.sign_out', target: name });
    return { status: 204 };
  });
}
