import type { z } from 'zod';
import type { logChunk } from '../../../contract/attempt-plane.ts';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

/** What is kept of one attempt: the last lines, and not more than so many bytes of them. */
const KEPT_LINES = 2_000;
const KEPT_BYTES = 1024 * 1024;
/** A chunk cannot hold more than the wire takes, so that looking at each tenth keeps the rest within reach. */
const TRIM_EVERY = 10;

/**
 * Appends a chunk of an attempt's log. A sequence that is there already changes nothing, so a repeat is harmless. Of
 * an attempt that logs without end the last lines are kept.
 */
export async function appendLog(
  pool: Pool,
  attempt: AttemptPrincipal,
  { sequence, lines }: z.infer<typeof logChunk>,
): Promise<void> {
  const { queue, jobId, retryCount, attempt: number } = attempt.ref;
  await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    await client.query(
      `INSERT INTO worker_api.job_log (job_id, retry_count, sequence, queue, lines, attempt) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (job_id, retry_count, sequence) DO NOTHING`,
      [jobId, retryCount, sequence, queue, JSON.stringify(lines), number],
    );
    if (sequence % TRIM_EVERY !== TRIM_EVERY - 1) return;
    await client.query(
      `DELETE FROM worker_api.job_log WHERE job_id = $1 AND retry_count = $2 AND sequence IN (
         SELECT sequence FROM (
           SELECT sequence, sum(jsonb_array_length(lines)) OVER later AS lines_later,
                  sum(pg_column_size(lines)) OVER later AS bytes_later
             FROM worker_api.job_log WHERE job_id = $1 AND retry_count = $2
           WINDOW later AS (ORDER BY sequence DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) chunk
          WHERE lines_later >= ${String(KEPT_LINES)} OR bytes_later >= ${String(KEPT_BYTES)})`,
      [jobId, retryCount],
    );
  });
}
