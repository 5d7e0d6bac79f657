import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool } from '../../db/pool.ts';
import { createPeriodic } from '../periodic.ts';

const EVERY_MS = 600_000;
const KEPT_DAYS = 14;
const BATCH = 2_000;

/** What a job keeps goes 14 days after the job has ended; a job that sleeps for months keeps its steps. */
const OF_JOBS = [
  ['job_progress', 'updated_at'],
  ['job_log', 'created_at'],
  ['job_step', 'recorded_at'],
] as const;
const EXPIRING = ['lock', 'idempotency_mark'] as const;

/** Deletes what the attempt plane no longer needs, a batch at a time, so that no statement holds many rows for long. */
export function createAttemptPlaneRetention(deps: { readonly pool: Pool; readonly log: Logger }): Service {
  return createPeriodic(
    { name: 'attempt-plane-retention', everyMs: EVERY_MS, run: (signal) => deleteStale(deps.pool, signal) },
    deps.log,
  );
}

/** One whole pass. */
export async function deleteStale(pool: Pool, signal?: AbortSignal): Promise<void> {
  const statements = [
    ...OF_JOBS.map(
      ([table, age]) => `DELETE FROM worker_api.${table} WHERE ctid = ANY (ARRAY (
         SELECT t.ctid FROM worker_api.${table} t
          WHERE t.${age} < now() - interval '${String(KEPT_DAYS)} days' AND NOT EXISTS (
            SELECT 1 FROM pgboss.job j WHERE j.name = t.queue AND j.id = t.job_id
               AND (j.state < 'completed' OR j.completed_on > now() - interval '${String(KEPT_DAYS)} days'))
          LIMIT ${String(BATCH)}))`,
    ),
    ...EXPIRING.map(
      (table) => `DELETE FROM worker_api.${table} WHERE key = ANY (ARRAY (
         SELECT key FROM worker_api.${table} WHERE expires_at < now() LIMIT ${String(BATCH)})) AND expires_at < now()`,
    ),
  ];
  for (const statement of statements) {
    while (signal?.aborted !== true) {
      const deleted = await pool.query(statement);
      if ((deleted.rowCount ?? 0) < BATCH) break;
    }
  }
}
