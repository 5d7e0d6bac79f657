import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { HoldKind } from '../../../contract/hold.ts';

export type HeldList = { readonly kind: HoldKind; readonly key: string };

const AT_ONCE = 2_000;

/**
 * Lets the first jobs of one list go, in the order in which they would have been claimed, and announces their queues.
 * What was cancelled or has ended meanwhile only leaves the list. Gives how many left it.
 */
export async function letGo(client: Queryable, list: HeldList, most: number, channel: string): Promise<number> {
  const gone = await client.query<{ left: number }>(
    `WITH gone AS (
       DELETE FROM worker_api.held_job WHERE (queue, job_id) IN (
         SELECT queue, job_id FROM worker_api.held_job WHERE kind = $1 AND key = $2
          ORDER BY priority DESC, created_on, job_id LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING queue, job_id
     ), freed AS (
       UPDATE pgboss.job j SET blocked = false, start_after = least(j.start_after, now())
         FROM gone WHERE j.name = gone.queue AND j.id = gone.job_id AND j.blocked
       RETURNING j.name
     ), told AS (SELECT pg_notify($4, name) FROM (SELECT DISTINCT name FROM freed) AS queues)
     SELECT (SELECT count(*) FROM gone)::int AS left, (SELECT count(*) FROM told) AS queues`,
    [list.kind, list.key, most, channel],
  );
  return gone.rows[0]?.left ?? 0;
}

/** Lets everybody of one list go, a few thousand in a transaction, and forgets the reason with the last of them. */
export async function letAllGo(pool: Pool, list: HeldList, channel: string): Promise<number> {
  let total = 0;
  for (;;) {
    const left = await withTransaction(pool, async (client) => {
      const some = await letGo(client, list, AT_ONCE, channel);
      if (some < AT_ONCE)
        await client.query('DELETE FROM worker_api.hold WHERE kind = $1 AND key = $2', [list.kind, list.key]);
      return some;
    });
    total += left;
    if (left < AT_ONCE) return total;
  }
}
