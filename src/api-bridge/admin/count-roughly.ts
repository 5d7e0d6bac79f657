import type { Queryable } from '../db/pool.ts';
import { countRow, type CountRow } from './count-row.ts';

/** How many waiting jobs of a queue are counted one by one. */
const COUNTED_EACH = 10_000;

/**
 * Counts without reading the table. Pending jobs come from the partial index that claims use, up to a bound for each
 * queue; a longer backlog, running and finished jobs come from the counts that the queue engine keeps in its queue
 * table. It keeps completed and cancelled as one number, which the planner's statistics divide: 0 cancelled may mean few.
 */
export async function countRoughly(db: Queryable, queues: readonly string[]): Promise<CountRow[]> {
  const found = await db.query(ROUGH, [queues, COUNTED_EACH]);
  return found.rows.map((row) => countRow.parse(row));
}

const ROUGH = `
  WITH share AS (
    SELECT tablename AS table_name,
           coalesce(sum(freq) FILTER (WHERE val = 'cancelled')
             / nullif(sum(freq) FILTER (WHERE val IN ('cancelled', 'completed')), 0), 0) AS cancelled
    FROM pg_stats, unnest(most_common_vals::text::text[], most_common_freqs) AS common(val, freq)
    WHERE schemaname = 'pgboss' AND attname = 'state'
    GROUP BY tablename
  ), numbers AS (
    SELECT q.name, pending.*, q.ready_count, q.deferred_count, q.active_count AS active, q.failed_count AS failed,
           greatest(q.total_count - q.queued_count - q.active_count - q.failed_count, 0) AS done,
           coalesce(share.cancelled, 0) AS cancelled_share
    FROM pgboss.queue q
    LEFT JOIN share ON share.table_name = q.table_name
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE state = 'created' AND start_after <= now()) AS ready,
             count(*) FILTER (WHERE state = 'created' AND start_after > now()) AS waiting,
             count(*) FILTER (WHERE state = 'retry') AS retry,
             count(*) > $2 AS cut,
             extract(epoch FROM now() - min(start_after) FILTER (WHERE start_after <= now())) AS oldest
      FROM (
        SELECT state, start_after FROM pgboss.job
        WHERE name = q.name AND state < 'active' AND NOT blocked
        ORDER BY priority DESC, created_on LIMIT $2 + 1
      ) AS head
    ) AS pending
    WHERE q.name = ANY($1)
  )
  SELECT name,
         CASE WHEN cut THEN greatest(ready, ready_count - retry) ELSE ready END::int AS ready,
         CASE WHEN cut THEN greatest(waiting, deferred_count) ELSE waiting END::int AS waiting,
         retry::int AS retry, active::int AS active, failed::int AS failed,
         (done - round(done * cancelled_share))::int AS completed,
         round(done * cancelled_share)::int AS cancelled,
         oldest::float8 AS "oldestReadySeconds"
  FROM numbers`;
