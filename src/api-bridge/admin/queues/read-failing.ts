import { z } from 'zod';
import type { QueueDetail } from '../../../contract/queue-view.ts';
import type { Queryable } from '../../db/pool.ts';

const SHOWN = 8;

const row = z.object({ fingerprint: z.string(), name: z.string(), message: z.string(), attempts: z.number() });

/** Which kinds of failure a queue had in the last day, the most frequent first; those of the newest minutes too. */
export async function readFailing(db: Queryable, queue: string): Promise<QueueDetail['failing']> {
  const found = await db.query(
    `WITH counted AS (
       SELECT h.fingerprint, k.name, k.message, h.attempts
         FROM worker_api.failure_hour h JOIN worker_api.failure_kind k USING (fingerprint)
        WHERE h.at > now() - interval '24 hours' AND k.queue = $1
       UNION ALL
       SELECT a.fingerprint, a.name, a.error ->> 'message', 1
         FROM worker_api.attempt a
        WHERE a.settled_at >= (SELECT upto FROM worker_api.rollup_mark WHERE name = 'attempts')
          AND a.outcome <> 'completed' AND a.fingerprint IS NOT NULL AND a.queue = $1
     )
     SELECT fingerprint, min(name) AS name, left(min(message), 200) AS message, sum(attempts)::int AS attempts
       FROM counted GROUP BY fingerprint ORDER BY 4 DESC, 1 LIMIT ${SHOWN}`,
    [queue],
  );
  return z.array(row).parse(found.rows);
}
