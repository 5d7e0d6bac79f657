import { z } from 'zod';
import type { Overview } from '../../contract/operator.ts';
import type { Queryable } from '../db/pool.ts';

const SHOWN = 8;

const row = z.object({
  job_id: z.string(),
  queue: z.string(),
  name: z.string(),
  message: z.string(),
  code: z.string().nullable(),
  at: z.date(),
});

/** The newest jobs that failed for good, from a partial index of attempts that did not complete. */
export async function readRecentFailures(db: Queryable): Promise<Overview['recentFailures']> {
  const found = await db.query(
    `SELECT job_id, queue, name, left(coalesce(error->>'message', outcome), 500) AS message, error->>'code' AS code,
            settled_at AS at
     FROM worker_api.attempt
     WHERE outcome <> 'completed' AND outcome IN ('failed', 'lost') AND state = 'failed'
       AND settled_at > now() - interval '7 days'
     ORDER BY settled_at DESC LIMIT $1`,
    [SHOWN],
  );
  return found.rows.map((each) => {
    const { job_id: jobId, queue, name, message, code, at } = row.parse(each);
    return { jobId, queue, name, message, ...(code === null ? {} : { code }), at: at.toISOString() };
  });
}
