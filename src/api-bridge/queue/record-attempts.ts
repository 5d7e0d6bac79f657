import type { Failure } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';

export type AttemptEnd = {
  readonly ref: AttemptRef;
  readonly outcome: 'completed' | 'failed' | 'released' | 'lost' | 'cancelled';
  /** The job's state after this attempt. */
  readonly state: string;
  readonly error?: Failure | undefined;
  readonly output?: unknown;
  readonly runAt?: Date | undefined;
};

/** Writes how attempts ended, many in one statement, inside the transaction that ends them. */
export async function recordAttempts(client: Queryable, ends: readonly AttemptEnd[]): Promise<void> {
  if (ends.length === 0) return;
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await client.query(
    `INSERT INTO worker_api.attempt
       (job_id, retry_count, queue, name, attempt, worker_id, claimed_at, outcome, state, error, output, run_at)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::text[], $7::timestamptz[],
                          $8::text[], $9::text[], $10::jsonb[], $11::jsonb[], $12::timestamptz[])
     ON CONFLICT (job_id, retry_count) DO NOTHING`,
    [
      ends.map((end) => end.ref.jobId),
      ends.map((end) => end.ref.retryCount),
      ends.map((end) => end.ref.queue),
      ends.map((end) => end.ref.name),
      ends.map((end) => end.ref.attempt),
      ends.map((end) => end.ref.workerId),
      ends.map((end) => new Date(end.ref.claimedAtMs)),
      ends.map((end) => end.outcome),
      ends.map((end) => end.state),
      ends.map((end) => json(end.error)),
      ends.map((end) => json(end.output)),
      ends.map((end) => end.runAt ?? null),
    ],
  );
}
