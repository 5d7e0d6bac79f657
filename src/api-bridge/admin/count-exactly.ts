import type { Queryable } from '../db/pool.ts';
import { countRow, type CountRow } from './count-row.ts';

/** Counts every job of the queues in one pass over the table. A job is ready from its start time on. */
export async function countExactly(db: Queryable, queues: readonly string[]): Promise<CountRow[]> {
  const found = await db.query(
    `SELECT name,
            count(*) FILTER (WHERE state = 'created' AND start_after <= now() AND NOT blocked)::int AS ready,
            count(*) FILTER (WHERE state = 'created' AND (start_after > now() OR blocked))::int AS waiting,
            count(*) FILTER (WHERE state = 'retry')::int AS retry,
            count(*) FILTER (WHERE state = 'active')::int AS active,
            count(*) FILTER (WHERE state = 'completed')::int AS completed,
            count(*) FILTER (WHERE state = 'failed')::int AS failed,
            count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled,
            extract(epoch FROM now() - min(start_after) FILTER (
              WHERE state < 'active' AND start_after <= now() AND NOT blocked))::float8 AS "oldestReadySeconds"
     FROM pgboss.job WHERE name = ANY($1) GROUP BY name`,
    [queues],
  );
  return found.rows.map((row) => countRow.parse(row));
}
