import type { z } from 'zod';
import type { metricBatch } from '../../../contract/metrics.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

/** Writes a batch in three statements, and nothing when this batch was written before. Gives how many samples it took. */
export async function writeMetrics(
  pool: Pool,
  workerId: string,
  { batchId, samples }: z.infer<typeof metricBatch>,
): Promise<number> {
  return await withTransaction(pool, async (client) => {
    const fresh = await client.query('INSERT INTO worker_api.metric_batch (id) VALUES ($1) ON CONFLICT DO NOTHING', [
      batchId,
    ]);
    if (fresh.rowCount === 0) return 0;
    const rows = JSON.stringify(samples);
    await client.query(
      `INSERT INTO worker_api.metric_sample (name, type, value, tags, job_name, worker_id, at)
       SELECT s.name, s.type, s.value, coalesce(s.tags, '{}'), s."jobName", $2,
              now() - s."ageSeconds" * interval '1 second'
         FROM jsonb_to_recordset($1::jsonb) AS s
              (name text, type text, value float8, tags jsonb, "jobName" text, "ageSeconds" float8)`,
      [rows, workerId],
    );
    // In the order of the names, so that two batches that count the same ones cannot deadlock.
    await client.query(
      `INSERT INTO worker_api.metric_total AS known (name, type, samples, sum, last, updated_at)
       SELECT e.value ->> 'name', e.value ->> 'type', count(*), sum((e.value ->> 'value')::float8),
              (array_agg((e.value ->> 'value')::float8 ORDER BY e.nth DESC))[1], now()
         FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e (value, nth)
        GROUP BY 1, 2 ORDER BY 1, 2
       ON CONFLICT (name, type) DO UPDATE SET samples = known.samples + excluded.samples,
         sum = known.sum + excluded.sum, last = excluded.last, updated_at = excluded.updated_at`,
      [rows],
    );
    return samples.length;
  });
}
