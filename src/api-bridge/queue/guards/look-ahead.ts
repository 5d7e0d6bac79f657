import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { jobEnvelope, type JobEnvelope } from '../envelope.ts';
import { holdQueued, type HoldReason } from './hold.ts';

const AT_ONCE = 1_000;

/**
 * Sets aside, in bulk, the jobs at the front of a queue that may not run now, so that what stands behind them is not
 * reached one held job at a time. Ends as soon as a look finds nothing to set aside. Gives how many it did.
 */
export async function lookAhead(
  pool: Pool,
  queue: string,
  reasonFor: (envelope: JobEnvelope) => HoldReason | undefined,
): Promise<number> {
  for (let total = 0; ;) {
    const found = await pool.query<{ id: string; data: unknown }>(
      `SELECT id, data FROM pgboss.job
        WHERE name = $1 AND state < 'active' AND NOT blocked AND start_after <= now()
        ORDER BY priority DESC, created_on LIMIT $2`,
      [queue, AT_ONCE],
    );
    const held = found.rows.flatMap(({ id, data }) => {
      const envelope = jobEnvelope.safeParse(data).data;
      const reason = envelope === undefined ? undefined : reasonFor(envelope);
      return reason === undefined ? [] : [{ id, reason }];
    });
    if (held.length === 0) return total;
    const done = await withTransaction(pool, (client) => holdQueued(client, queue, held));
    total += done;
    if (done === 0 || found.rows.length < AT_ONCE) return total;
  }
}
