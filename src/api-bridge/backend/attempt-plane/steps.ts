import type { z } from 'zod';
import type { stepRecorded, stepView } from '../../../contract/attempt-plane.ts';
import { attemptIsOver, HELD_ATTEMPT, heldAttempt, holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

type NoStep = { name: null };
type StepRow = { name: string; value: unknown; recorded_at: Date };
type StepView = z.infer<typeof stepView>;

/** The steps that any attempt of a job has recorded, oldest first. */
export async function listSteps(db: Queryable, attempt: AttemptPrincipal): Promise<StepView[]> {
  const found = await db.query<StepRow | NoStep>(
    `SELECT s.name, s.value, s.recorded_at FROM ${HELD_ATTEMPT} LEFT JOIN worker_api.job_step s ON s.job_id = $2
      ORDER BY s.recorded_at, s.name`,
    heldAttempt(attempt),
  );
  if (found.rows.length === 0) throw attemptIsOver();
  return found.rows.flatMap((row) => (row.name === null ? [] : [view(row)]));
}

/** Records a step once: a later value, by this attempt or another, changes nothing and is answered with the first. */
export async function recordStep(
  pool: Pool,
  attempt: AttemptPrincipal,
  name: string,
  value: unknown,
): Promise<z.infer<typeof stepRecorded>> {
  const { queue, jobId, retryCount } = attempt.ref;
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    const inserted = await client.query<StepRow>(
      `INSERT INTO worker_api.job_step (job_id, name, queue, value, retry_count) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (job_id, name) DO NOTHING RETURNING name, value, recorded_at`,
      [jobId, name, queue, JSON.stringify(value), retryCount],
    );
    const [mine] = inserted.rows;
    if (mine !== undefined) return { step: view(mine), recorded: true };
    const known = await client.query<StepRow>(
      'SELECT name, value, recorded_at FROM worker_api.job_step WHERE job_id = $1 AND name = $2',
      [jobId, name],
    );
    const [first] = known.rows;
    if (first === undefined) throw new Error('expected the step that was recorded before, got none');
    return { step: view(first), recorded: false };
  });
}

function view({ name, value, recorded_at }: StepRow): StepView {
  return { name, value, recordedAt: recorded_at.toISOString() };
}
