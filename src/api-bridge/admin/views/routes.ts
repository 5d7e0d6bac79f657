import { z } from 'zod';
import { deleteView, listSavedViews, saveView } from '../../../contract/routes/job-search.ts';
import { savedView } from '../../../contract/saved-view.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { readTerms } from '../search/search-plan.ts';

/** Somebody who saves more has lost sight of them; and nobody fills a table with them. */
const MOST = 30;

/** Searches that people keep, each for themselves. */
export function installViewRoutes(app: BridgeApp, deps: { authenticate: Authenticate; pool: Pool }): void {
  const { authenticate, pool } = deps;

  serveRoute(app, authenticate, listSavedViews, async ({ principal }) => {
    const found = await pool.query(
      'SELECT id, name, query AS q FROM worker_api.saved_view WHERE actor = $1 ORDER BY created_at',
      [actorOf(principal)],
    );
    return { status: 200, data: { views: z.array(savedView).parse(found.rows) } };
  });

  serveRoute(app, authenticate, saveView, async ({ body, principal }) => {
    readTerms(body.q);
    const saved = await pool.query(
      `INSERT INTO worker_api.saved_view (actor, name, query)
       SELECT $1, $2, $3 WHERE (SELECT count(*) FROM worker_api.saved_view WHERE actor = $1 AND name <> $2) < ${MOST}
       ON CONFLICT (actor, name) DO UPDATE SET query = excluded.query RETURNING id, name, query AS q`,
      [actorOf(principal), body.name, body.q],
    );
    if (saved.rows.length === 0) throw new BridgeError('conflict', `expected at most ${MOST} views, got one more`);
    return { status: 201, data: savedView.parse(saved.rows[0]) };
  });

  serveRoute(app, authenticate, deleteView, async ({ params, principal }) => {
    await pool.query('DELETE FROM worker_api.saved_view WHERE id = $1 AND actor = $2', [params.id, actorOf(principal)]);
    return { status: 204 };
  });
}

/** A person by who they are, whatever they are called later; a service by its name. */
function actorOf(principal: Principal): string {
  if (principal.type !== 'operator') throw new BridgeError('forbidden', 'expected an operator, got another token');
  return principal.session?.operatorId ?? `service ${principal.name}`;
}
