import { z } from 'zod';
import type { QueueDetail } from '../../../contract/queue-view.ts';
import type { Queryable } from '../../db/pool.ts';

const SHOWN = 8;

const row = z.object({ fingerprint: z.string(), name: z.string(), message: z.string(), attempts: z.number() });

/** Which kinds of failure a queue had in the last day, the most frequent first. */
export async function readFailing(db: Queryable, queue: string): Promise<QueueDetail['failing']> {
  const found = await db.query(
    `SELECT k.fingerprint, k.name, left(k.message, 200) AS message, sum(h.attempts)::int AS attempts
       FROM worker_api.failure_hour h JOIN worker_api.failure_kind k USING (fingerprint)
      WHERE h.at > now() - interval '24 hours' AND k.queue = $1
      GROUP BY k.fingerprint ORDER BY 4 DESC, 1 LIMIT ${SHOWN}`,
    [queue],
  );
  return z.array(row).parse(found.rows);
}
