import { randomUUID } from 'node:crypto';
import type { Pool } from '../../../src/api-bridge/db/pool.ts';

export type SeededJob = {
  queue?: string;
  state?: string;
  name?: string;
  payload?: unknown;
  /** Seconds ago, or ahead when negative. */
  createdAgo?: number;
  startAgo?: number;
  startedAgo?: number;
  endedAgo?: number;
  retryCount?: number;
  retryLimit?: number;
  released?: number;
  blocked?: boolean;
};

/** A job's row as pg-boss would have left it. */
export async function seedJob(pool: Pool, job: SeededJob = {}): Promise<string> {
  const id = randomUUID();
  const { queue = 'default', state = 'created', name = 'a.job', payload = {}, createdAgo = 60 } = job;
  const ago = (seconds: number | undefined) => (seconds === undefined ? null : `${seconds} seconds`);
  await pool.query(
    `INSERT INTO pgboss.job (id, name, state, data, created_on, start_after, started_on, completed_on, retry_count,
                             retry_limit, blocked)
     VALUES ($1, $2, $3::pgboss.job_state, $4, now() - $5::interval, now() - $6::interval, now() - $7::interval,
             now() - $8::interval, $9, $10, $11)`,
    [
      id,
      queue,
      state,
      JSON.stringify({ name, payload, meta: { released: job.released ?? 0 } }),
      ago(createdAgo),
      ago(job.startAgo ?? createdAgo),
      ago(job.startedAgo),
      ago(job.endedAgo),
      job.retryCount ?? 0,
      job.retryLimit ?? 3,
      job.blocked ?? false,
    ],
  );
  return id;
}

export type SeededAttempt = {
  jobId?: string;
  queue?: string;
  name?: string;
  outcome?: string;
  state?: string;
  settledAgo?: number;
  retryCount?: number;
  workerId?: string;
  error?: { message: string; code?: string };
};

export async function seedAttempt(pool: Pool, attempt: SeededAttempt = {}): Promise<void> {
  const { outcome = 'completed', settledAgo = 0, retryCount = 0 } = attempt;
  await pool.query(
    `INSERT INTO worker_api.attempt (job_id, retry_count, queue, name, attempt, worker_id, claimed_at, settled_at,
                                     outcome, state, error)
     VALUES ($1, $2, $3, $4, $2 + 1, $5, now() - $6::interval, now() - $6::interval, $7, $8, $9)`,
    [
      attempt.jobId ?? randomUUID(),
      retryCount,
      attempt.queue ?? 'default',
      attempt.name ?? 'a.job',
      attempt.workerId ?? 'w1',
      `${settledAgo} seconds`,
      outcome,
      attempt.state ?? outcome,
      attempt.error === undefined ? null : JSON.stringify(attempt.error),
    ],
  );
}

export async function seedWorker(pool: Pool, id: string, running: readonly object[], status = 'busy'): Promise<void> {
  await pool.query(
    `INSERT INTO worker_api.worker (id, hostname, pid, version, queues, concurrency, status, running)
     VALUES ($1, 'h', 1, '1.0.0', ARRAY['default'], 5, $2, $3)`,
    [id, status, JSON.stringify(running)],
  );
}
