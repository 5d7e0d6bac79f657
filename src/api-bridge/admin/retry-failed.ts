import type { z } from 'zod';
import { QUEUES } from '../../contract/queues.ts';
import { retryFailedJobs } from '../../contract/routes/operators.ts';
import type { retryManyRequest } from '../../contract/operator.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool } from '../db/pool.ts';
import { fieldFault } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { retryEach, type RetryOne } from './retry-each.ts';

type Filter = z.infer<typeof retryManyRequest>;
type Found = { readonly queue: string; readonly id: string };

export type RetryFailedDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly retry: RetryOne;
};

/** Tries failed jobs again, the oldest failures first. */
export function installRetryFailedRoute(app: BridgeApp, { authenticate, pool, retry }: RetryFailedDeps): void {
  serveRoute(app, authenticate, retryFailedJobs, async ({ body, principal }) => {
    if (!body.preview && body.reason === undefined) throw fieldFault('reason', 'expected why, got nothing');
    const found = await findFailed(pool, body);
    if (body.preview) return { status: 200, data: { matched: found.length, retried: 0 } };
    const retried = await retryEach(retry, found);
    const { reason, preview: _, ...filter } = body;
    await audit(pool, principal, {
      action: 'jobs.retry',
      target: 'failed jobs',
      count: retried,
      reason,
      detail: { ...filter, matched: found.length, retried },
    });
    return { status: 200, data: { matched: found.length, retried } };
  });
}

/** By the attempt that ended each job: the index on failures answers this, whatever the size of the job table. */
async function findFailed(pool: Pool, { queue, name, code, limit }: Filter): Promise<Found[]> {
  const found = await pool.query<Found>(
    `SELECT j.name AS queue, j.id
       FROM worker_api.attempt a
       JOIN pgboss.job j ON j.name = a.queue AND j.id = a.job_id AND j.state = 'failed' AND j.retry_count = a.retry_count
      WHERE a.outcome <> 'completed' AND a.state = 'failed' AND a.queue = ANY ($1::text[])
        AND ($2::text IS NULL OR a.name = $2) AND ($3::text IS NULL OR a.error ->> 'code' = $3)
      ORDER BY a.settled_at LIMIT $4`,
    [queue === undefined ? QUEUES.map((each) => each.name) : [queue], name ?? null, code ?? null, limit],
  );
  return found.rows;
}
