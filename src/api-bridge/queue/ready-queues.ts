import type { Queryable } from '../db/pool.ts';

/** Which of these queues have a job that could be claimed now; one index probe a queue. */
export async function readReadyQueues(db: Queryable, queues: readonly string[]): Promise<string[]> {
  const found = await db.query<{ queue: string }>(
    `SELECT asked.queue FROM unnest($1::text[]) AS asked (queue)
      WHERE EXISTS (SELECT 1 FROM pgboss.job j
                     WHERE j.name = asked.queue AND j.state < 'active' AND NOT j.blocked AND j.start_after <= now())`,
    [queues],
  );
  return found.rows.map((row) => row.queue);
}
