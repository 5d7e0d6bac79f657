import * as routes from '../../contract/routes/people.ts';
import type { OpenSession } from '../../contract/person.ts';
import { z } from 'zod';
import { audit } from '../audit/write-audit.ts';
import { hasRole } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { endSessionsOf } from './people.ts';
import type { Sessions } from './sessions.ts';
import { signedInPerson } from './signed-in-person.ts';

export type SessionRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
};

const MOST = 500;

/** Who is signed in from where, and the way to end it. */
export function installSessionRoutes(app: BridgeApp, { pool, authenticate, sessions }: SessionRoutesDeps): void {
  const { idleMinutes, absoluteHours } = sessions.life;

  serveRoute(app, authenticate, routes.listOwnSessions, async ({ principal }) => {
    const { session } = signedInPerson(principal);
    const open = await readSessions(pool, { idleMinutes, operatorId: session.operatorId, current: session.tokenHash });
    return { status: 200, data: { sessions: open, idleMinutes, absoluteHours } };
  });

  serveRoute(app, authenticate, routes.listAllSessions, async ({ principal }) => {
    const current = principal.type === 'operator' ? principal.session?.tokenHash : undefined;
    return {
      status: 200,
      data: { sessions: await readSessions(pool, { idleMinutes, current }), idleMinutes, absoluteHours },
    };
  });

  serveRoute(app, authenticate, routes.endOtherSessions, async ({ principal }) => {
    const { session, name } = signedInPerson(principal);
    const ended = await endSessionsOf(pool, session.operatorId, session.tokenHash);
    sessions.forgetAll();
    await audit(pool, principal, { action: 'session.end_others', target: name, count: ended });
    return { status: 200, data: { ended } };
  });

  serveRoute(app, authenticate, routes.revokeSession, async ({ params, principal }) => {
    const { session, role } = signedInPerson(principal);
    // Another's session is not found by those who may not end it: they need not know that it is there.
    const ended = await pool.query<{ email: string }>(
      `DELETE FROM worker_api.operator_session s USING worker_api.operator o
        WHERE o.id = s.operator_id AND s.id = $1 AND ($2::uuid IS NULL OR s.operator_id = $2) RETURNING o.email`,
      [params.id, hasRole(role, 'admin') ? null : session.operatorId],
    );
    const target = ended.rows[0]?.email;
    if (target === undefined) throw new BridgeError('not_found', 'expected an open session, got an id that none has');
    sessions.forgetAll();
    await audit(pool, principal, { action: 'session.end', target });
    return { status: 204 };
  });
}

const row = z.object({
  id: z.string(),
  operator_id: z.string(),
  email: z.string(),
  token_hash: z.string(),
  created_at: z.date(),
  last_seen_at: z.date(),
  expires_at: z.date(),
  client_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  method: z.enum(['password', 'oidc']),
});

type Wanted = { readonly idleMinutes: number; readonly operatorId?: string; readonly current: string | undefined };

async function readSessions(db: Queryable, { idleMinutes, operatorId, current }: Wanted): Promise<OpenSession[]> {
  const found = await db.query(
    `SELECT s.id, s.operator_id, o.email, s.token_hash, s.created_at, s.last_seen_at, s.expires_at, s.client_ip,
            s.user_agent, s.method
       FROM worker_api.operator_session s JOIN worker_api.operator o ON o.id = s.operator_id
      WHERE s.expires_at > now() AND s.last_seen_at > now() - $1::interval AND ($2::uuid IS NULL OR s.operator_id = $2)
      ORDER BY s.last_seen_at DESC LIMIT ${MOST}`,
    [`${idleMinutes} minutes`, operatorId ?? null],
  );
  return found.rows.map((each) => {
    const session = row.parse(each);
    return {
      id: session.id,
      person: { id: session.operator_id, email: session.email },
      createdAt: session.created_at.toISOString(),
      lastSeenAt: session.last_seen_at.toISOString(),
      expiresAt: session.expires_at.toISOString(),
      method: session.method,
      current: session.token_hash === current,
      ...(session.client_ip === null || session.client_ip === '' ? {} : { ip: session.client_ip }),
      ...(session.user_agent === null ? {} : { userAgent: session.user_agent }),
    };
  });
}
