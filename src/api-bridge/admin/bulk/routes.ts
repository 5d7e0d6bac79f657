import { randomUUID } from 'node:crypto';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { BulkRequest } from '../../../contract/job-bulk.ts';
import { changeManyJobs, readBulkAction, stopBulkAction } from '../../../contract/routes/job-search.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import type { Counts } from '../counts.ts';
import { planOf, type SearchPlan } from '../search/search-plan.ts';
import { termsFor } from '../search/terms-of-query.ts';
import { previewNamed, previewSearch } from './preview.ts';
import { actionOf, findBulk, insertBulk } from './store.ts';
import { doable } from './walk.ts';

export type BulkRoutesDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readCounts(): Promise<Counts>;
};

/** Actions on many jobs: counted first, then done in the background, with a page that says how far it is. */
export function installBulkRoutes(app: BridgeApp, { authenticate, pool, catalogue, readCounts }: BulkRoutesDeps): void {
  serveRoute(app, authenticate, changeManyJobs, async ({ body, principal }) => {
    const plan = planFor(body, principal, catalogue);
    const preview =
      body.jobs === undefined
        ? await previewSearch(pool, plan, (await readCounts()).estimated)
        : await previewNamed(pool, plan, body.jobs);
    const { reason } = body;
    if (body.preview || reason === undefined) return { status: 200, data: { preview } };
    const action = await withTransaction(pool, async (client) => {
      const row = await insertBulk(client, {
        verb: body.verb,
        query: body.q ?? null,
        jobs: body.jobs ?? null,
        target: body.to ?? null,
        priority: body.priority ?? null,
        reason,
        actor: nameOf(principal),
        expected: preview.matched,
        more: preview.more,
      });
      await audit(client, principal, {
        action: `jobs.${body.verb}`,
        target: body.q ?? 'named jobs',
        count: preview.matched,
        reason,
        detail: { bulk: row.id, ...pick(body) },
      });
      return row;
    });
    return { status: 202, data: { preview, action: actionOf(action) } };
  });

  serveRoute(app, authenticate, readBulkAction, async ({ params }) => {
    const row = await findBulk(pool, params.id);
    if (row === undefined) throw new BridgeError('not_found', 'expected a bulk action, got an id that none has');
    return { status: 200, data: actionOf(row) };
  });

  serveRoute(app, authenticate, stopBulkAction, async ({ params, principal }) => {
    const row = await withTransaction(pool, async (client) => {
      const stopped = await client.query(
        `UPDATE worker_api.bulk_action SET state = 'stopped', finished_at = now() WHERE id = $1 AND state = 'running'`,
        [params.id],
      );
      const now = await findBulk(client, params.id);
      if (now === undefined) throw new BridgeError('not_found', 'expected a bulk action, got an id that none has');
      if (stopped.rowCount === 1) {
        const target = now.query ?? 'named jobs';
        await audit(client, principal, {
          action: `jobs.${now.verb}.stop`,
          target,
          count: now.done,
          detail: { bulk: now.id },
        });
      }
      return now;
    });
    return { status: 200, data: actionOf(row) };
  });
}

/** The jobs that are meant, as a search; named ones are found by their ids. */
function planFor(body: BulkRequest, principal: Principal, catalogue: Catalogue): SearchPlan {
  if (body.verb === 'move' && body.jobs?.every(({ queue }) => queue === body.to) === true) {
    throw fieldFault('to', `expected another queue than theirs, got ${body.to ?? ''}`);
  }
  if (body.jobs === undefined) return doable(planOf(termsFor(body.q ?? '', principal, catalogue)), body.verb);
  const queues = [...new Set(body.jobs.map(({ queue }) => queue))];
  const ids = body.jobs.map(({ id }) => id);
  const plan = planOf([{ kind: 'id', ids, not: false, raw: '' }]);
  return doable({ ...plan, queues: plan.queues.filter((queue) => queues.includes(queue)) }, body.verb);
}

function pick({ jobs, to, priority }: BulkRequest): object {
  return { ...(jobs === undefined ? {} : { named: jobs.length }), to, priority };
}

function nameOf(principal: Principal): string {
  return principal.type === 'operator' || principal.type === 'producer' ? principal.name : randomUUID();
}
