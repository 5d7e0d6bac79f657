import { z } from 'zod';
import { jobState, type JobState } from '../../contract/fields.ts';
import type { RowSource } from '../db/row-source.ts';

type Claim = { readonly queue: string; readonly key: string; readonly jobId: string };

const row = z.object({ id: z.string(), state: jobState });

/**
 * Takes a singleton key for a job, in the caller's transaction: gives the job that holds it while that one is queued
 * or active, otherwise undefined and the key is this job's. Callers of the same key wait for each other, so that of
 * many at once exactly one wins. pg-boss's own key does not do this on a standard queue.
 */
export async function takeSingleton(
  client: RowSource,
  { queue, key, jobId }: Claim,
): Promise<{ id: string; state: JobState } | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`singleton ${queue} ${key}`]);
  const found = await client.query(
    `SELECT j.id, j.state FROM worker_api.singleton s
       JOIN pgboss.job j ON j.name = s.queue AND j.id = s.job_id AND j.state < 'completed'
      WHERE s.queue = $1 AND s.key = $2`,
    [queue, key],
  );
  if (found.rows.length > 0) return row.parse(found.rows[0]);
  await client.query(
    `INSERT INTO worker_api.singleton (queue, key, job_id) VALUES ($1, $2, $3)
     ON CONFLICT (queue, key) DO UPDATE SET job_id = excluded.job_id`,
    [queue, key, jobId],
  );
  return undefined;
}
