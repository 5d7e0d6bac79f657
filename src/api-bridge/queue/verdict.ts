import { z } from 'zod';
import { jobState } from '../../contract/fields.ts';
import type { Outcome, SettleResult } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';

const row = z.object({
  outcome: z.string().nullable(),
  recorded: jobState.nullable(),
  run_at: z.date().nullable(),
  state: jobState.nullable(),
});

/**
 * Why a fenced settle touched nothing. The same outcome type was recorded for this attempt → already-accepted;
 * the job is cancelled or deleted → gone; anything else → superseded.
 */
export async function lookUpVerdict(db: Queryable, ref: AttemptRef, type: Outcome['type']): Promise<SettleResult> {
  const found = await db.query(
    `SELECT a.outcome, a.state AS recorded, a.run_at, j.state
       FROM (SELECT $1::text AS queue, $2::uuid AS id, $3::int AS retry_count) asked
       LEFT JOIN worker_api.attempt a ON a.job_id = asked.id AND a.retry_count = asked.retry_count
       LEFT JOIN pgboss.job j ON j.name = asked.queue AND j.id = asked.id`,
    [ref.queue, ref.jobId, ref.retryCount],
  );
  const { outcome, recorded, run_at: runAt, state } = row.parse(found.rows[0]);
  if (outcome === type && recorded !== null) {
    const at = runAt === null ? {} : { runAt: runAt.toISOString() };
    return { jobId: ref.jobId, verdict: 'already-accepted', state: recorded, ...at };
  }
  if (state === null || state === 'cancelled') return { jobId: ref.jobId, verdict: 'gone' };
  return { jobId: ref.jobId, verdict: 'superseded' };
}
