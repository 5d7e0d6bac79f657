import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import { readClaimed, type Claimed, type LoopKeyOf } from './claimed-row.ts';

const row = z.object({
  queue: z.string(),
  id: z.string(),
  data: z.unknown(),
  retryCount: z.number(),
  retryLimit: z.number(),
  priority: z.number(),
  createdOn: z.date(),
  startedOn: z.date(),
  expireInSeconds: z.number(),
});

export type ClaimName = { readonly workerId: string; readonly claimId: string };

/** What a claim remembers of itself, written in the very transaction that fetched its jobs; false when it is known already. */
export async function rememberClaim(
  client: Queryable,
  { workerId, claimId }: ClaimName,
  jobs: readonly Claimed[],
): Promise<boolean> {
  const held = jobs.map(({ ref }) => [ref.queue, ref.jobId, ref.retryCount]);
  const written = await client.query(
    `INSERT INTO worker_api.claim (worker_id, claim_id, jobs) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [workerId, claimId, JSON.stringify(held)],
  );
  return written.rowCount === 1;
}

/**
 * The jobs of an earlier claim that are still held under it, or undefined when there is no such claim or nothing of
 * it is left; then it is forgotten, so that the id may name a new claim.
 */
export async function replayClaim(
  db: Queryable,
  { workerId, claimId }: ClaimName,
  keyOf: LoopKeyOf,
): Promise<Claimed[] | undefined> {
  const found = await db.query(
    `SELECT j.name AS queue, j.id, j.data, j.retry_count AS "retryCount", j.retry_limit AS "retryLimit", j.priority,
            j.created_on AS "createdOn", j.started_on AS "startedOn", j.expire_seconds AS "expireInSeconds"
       FROM worker_api.claim c
      CROSS JOIN LATERAL jsonb_array_elements(c.jobs) WITH ORDINALITY AS held (job, position)
       JOIN pgboss.job j ON j.name = held.job ->> 0 AND j.id = (held.job ->> 1)::uuid
        AND j.retry_count = (held.job ->> 2)::int AND j.state = 'active'
      WHERE c.worker_id = $1 AND c.claim_id = $2
      ORDER BY held.position`,
    [workerId, claimId],
  );
  const jobs = z
    .array(row)
    .parse(found.rows)
    .flatMap((each) => readClaimed(each, workerId, keyOf) ?? []);
  if (jobs.length > 0) return jobs;
  await db.query('DELETE FROM worker_api.claim WHERE worker_id = $1 AND claim_id = $2', [workerId, claimId]);
  return undefined;
}
