import * as routes from '../../contract/routes/people.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { addPerson, endSessionsOf, listPeople, patchPerson, readPerson, replacePassword } from './people.ts';
import type { Sessions } from './sessions.ts';

export type PeopleRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sessions: Pick<Sessions, 'forgetAll'>;
};

/** What admins do to accounts. Each change ends the sessions of the person, so that no token outlives the rights it had. */
export function installPeopleRoutes(app: BridgeApp, { pool, authenticate, sessions }: PeopleRoutesDeps): void {
  serveRoute(app, authenticate, routes.listPeople, async () => ({
    status: 200,
    data: { people: await listPeople(pool) },
  }));

  serveRoute(app, authenticate, routes.invitePerson, async ({ body, principal }) => {
    const { reason, ...invited } = body;
    const data = await withTransaction(pool, async (client) => {
      const made = await addPerson(client, invited);
      const detail = { role: body.role, seesPayloads: body.seesPayloads };
      await audit(client, principal, { action: 'person.invite', target: body.email, reason, detail });
      return made;
    });
    return { status: 201, data };
  });

  serveRoute(app, authenticate, routes.changePerson, async ({ params, body, principal }) => {
    const { reason, ...wanted } = body;
    const data = await withTransaction(pool, async (client) => {
      const before = await readPerson(client, params.id);
      await patchPerson(client, params.id, wanted);
      const ended = await endSessionsOf(client, params.id);
      const { role, seesPayloads, disabled } = before;
      const detail = { ...wanted, before: { role, seesPayloads, disabled }, endedSessions: ended };
      await audit(client, principal, { action: 'person.change', target: before.email, reason, detail });
      return await readPerson(client, params.id);
    });
    sessions.forgetAll();
    return { status: 200, data };
  });

  serveRoute(app, authenticate, routes.resetPassword, async ({ params, body, principal }) => {
    if (principal.type === 'operator' && principal.session?.operatorId === params.id) {
      throw new BridgeError('conflict', 'expected the account of somebody else; change your own password instead');
    }
    const data = await withTransaction(pool, async (client) => {
      const { email } = await readPerson(client, params.id);
      const made = await replacePassword(client, params.id);
      const ended = await endSessionsOf(client, params.id);
      const detail = { endedSessions: ended };
      await audit(client, principal, { action: 'person.reset_password', target: email, reason: body?.reason, detail });
      return { ...made, person: { ...made.person, sessions: 0 } };
    });
    sessions.forgetAll();
    return { status: 200, data };
  });
}
