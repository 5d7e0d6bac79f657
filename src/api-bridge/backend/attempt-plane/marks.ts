import type { z } from 'zod';
import type { markLookup, markReply, markRequest } from '../../../contract/attempt-plane.ts';
import { attemptIsOver, HELD_ATTEMPT, heldAttempt, holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

type MarkRow = { marked_at: Date; value: unknown };

/**
 * Marks a key as processed. Exactly one caller is first while the mark lives, however many ask at once; the others
 * get what the first one left. A mark that has expired is as good as none.
 */
export async function mark(
  pool: Pool,
  attempt: AttemptPrincipal,
  key: string,
  { ttlSeconds, value }: z.infer<typeof markRequest>,
): Promise<z.infer<typeof markReply>> {
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    const marked = await client.query<MarkRow>(
      `INSERT INTO worker_api.idempotency_mark AS known (key, job_id, value, marked_at, expires_at)
       VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => $4))
       ON CONFLICT (key) DO UPDATE SET job_id = excluded.job_id, value = excluded.value,
         marked_at = excluded.marked_at, expires_at = excluded.expires_at
       WHERE known.expires_at <= clock_timestamp() RETURNING marked_at, value`,
      [key, attempt.ref.jobId, value === undefined ? null : JSON.stringify(value), ttlSeconds],
    );
    const [mine] = marked.rows;
    if (mine !== undefined) return { first: true, ...facts(mine) };
    const known = await client.query<MarkRow>(
      'SELECT marked_at, value FROM worker_api.idempotency_mark WHERE key = $1',
      [key],
    );
    const [other] = known.rows;
    if (other === undefined) throw new Error('expected the mark that was there before, got none');
    return { first: false, ...facts(other) };
  });
}

/** Whether a key is marked, and with what. */
export async function lookUp(
  db: Queryable,
  attempt: AttemptPrincipal,
  key: string,
): Promise<z.infer<typeof markLookup>> {
  const found = await db.query<MarkRow | { marked_at: null }>(
    `SELECT m.marked_at, m.value FROM ${HELD_ATTEMPT}
       LEFT JOIN worker_api.idempotency_mark m ON m.key = $4 AND m.expires_at > clock_timestamp()`,
    [...heldAttempt(attempt), key],
  );
  const [row] = found.rows;
  if (row === undefined) throw attemptIsOver();
  return row.marked_at === null ? { processed: false } : { processed: true, ...facts(row) };
}

function facts({ marked_at, value }: MarkRow) {
  return { markedAt: marked_at.toISOString(), ...(value === null ? {} : { value }) };
}
