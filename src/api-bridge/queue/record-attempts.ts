import type { DeadReason } from '../../contract/dead-letter.ts';
import type { Failure } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import { fingerprintOf } from './failure-fingerprint.ts';

export type AttemptEnd = {
  readonly ref: AttemptRef;
  readonly outcome: 'completed' | 'failed' | 'released' | 'lost' | 'cancelled';
  /** The job's state after this attempt. */
  readonly state: string;
  readonly error?: Failure | undefined;
  readonly output?: unknown;
  readonly runAt?: Date | undefined;
  /** Why no attempt follows, where the job goes to the dead letters. */
  readonly deadReason?: DeadReason | undefined;
};

/** Writes how attempts ended, many in one statement, inside the transaction that ends them. */
export async function recordAttempts(client: Queryable, ends: readonly AttemptEnd[]): Promise<void> {
  if (ends.length > 0) await client.query(insertAttempts(1), attemptValues(ends));
}

const TYPES = 'uuid int text text int text timestamptz text text jsonb jsonb timestamptz text text'.split(' ');
const COLUMNS =
  'job_id, retry_count, queue, name, attempt, worker_id, claimed_at, outcome, state, error, output, run_at, fingerprint, dead_reason';

/**
 * The insert, whose parameters (`attemptValues`) start at this number; `where` may keep it to some of them, which it
 * knows as `ended`.
 */
export function insertAttempts(firstParameter: number, where = ''): string {
  const lists = TYPES.map((type, n) => `$${String(firstParameter + n)}::${type}[]`).join(', ');
  return `INSERT INTO worker_api.attempt (${COLUMNS})
          SELECT ended.* FROM unnest(${lists}) AS ended (${COLUMNS}) ${where}
          ON CONFLICT (job_id, retry_count) DO NOTHING`;
}

export function attemptValues(ends: readonly AttemptEnd[]): unknown[][] {
  return [
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
    ends.map((end) => fingerprintIn(end)),
    ends.map((end) => end.deadReason ?? null),
  ];
}

function fingerprintIn({ ref, outcome, error }: AttemptEnd): string | null {
  const failed = outcome === 'failed' || outcome === 'lost';
  return failed && error !== undefined ? fingerprintOf(ref.name, error) : null;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
