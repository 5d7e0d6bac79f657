import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool } from '../../db/pool.ts';
import { createPeriodic } from '../periodic.ts';

const EVERY_MS = 60_000;
const BATCH = 5_000;
export const METRICS_KEPT = { ofName: 1_000, seconds: 24 * 3600 } as const;

/** Deletes samples of more than a day and all but the last 1,000 of each name, a batch at a time. */
export function createMetricRetention({ pool, log }: { readonly pool: Pool; readonly log: Logger }): Service {
  return createPeriodic(
    { name: 'metric-retention', everyMs: EVERY_MS, run: (signal) => deleteOldMetrics(pool, signal) },
    log,
  );
}

/** One whole pass. */
export async function deleteOldMetrics(pool: Pool, signal?: AbortSignal): Promise<void> {
  for (const statement of STATEMENTS) {
    while (signal?.aborted !== true) {
      const deleted = await pool.query(statement);
      if ((deleted.rowCount ?? 0) < BATCH) break;
    }
  }
}

const STATEMENTS = [
  `DELETE FROM worker_api.metric_sample WHERE id = ANY (ARRAY (
     SELECT id FROM worker_api.metric_sample WHERE at < now() - interval '${String(METRICS_KEPT.seconds)} seconds' LIMIT ${String(BATCH)}))`,
  `DELETE FROM worker_api.metric_sample WHERE id = ANY (ARRAY (
     SELECT s.id FROM (SELECT DISTINCT name FROM worker_api.metric_total) t
       CROSS JOIN LATERAL (SELECT id FROM worker_api.metric_sample WHERE name = t.name
                            ORDER BY id DESC OFFSET ${String(METRICS_KEPT.ofName)} LIMIT ${String(BATCH)}) s
      LIMIT ${String(BATCH)}))`,
  `DELETE FROM worker_api.metric_total WHERE (name, type) IN (
     SELECT name, type FROM worker_api.metric_total WHERE updated_at < now() - interval '${String(METRICS_KEPT.seconds)} seconds' LIMIT ${String(BATCH)})`,
  `DELETE FROM worker_api.metric_batch WHERE id = ANY (ARRAY (
     SELECT id FROM worker_api.metric_batch WHERE received_at < now() - interval '${String(METRICS_KEPT.seconds)} seconds' LIMIT ${String(BATCH)}))`,
] as const;
