import type { z } from 'zod';
import type { logChunk } from '../../../contract/attempt-plane.ts';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

/** Appends a chunk of an attempt's log. A sequence that is there already changes nothing, so a repeat is harmless. */
export async function appendLog(
  pool: Pool,
  attempt: AttemptPrincipal,
  { sequence, lines }: z.infer<typeof logChunk>,
): Promise<void> {
  const { queue, jobId, retryCount } = attempt.ref;
  await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    await client.query(
      `INSERT INTO worker_api.job_log (job_id, retry_count, sequence, queue, lines) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (job_id, retry_count, sequence) DO NOTHING`,
      [jobId, retryCount, sequence, queue, JSON.stringify(lines)],
    );
  });
}
