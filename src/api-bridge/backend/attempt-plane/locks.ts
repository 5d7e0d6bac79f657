import type { z } from 'zod';
import type { lockReply } from '../../../contract/attempt-plane.ts';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';

/** Keeps those who ask for the same key apart from each other, and from nobody else's advisory locks. */
const LOCK_SPACE = 4567;

/**
 * Takes a lock for an attempt, or renews it for the one that has it. A lock that has expired, or whose attempt no
 * longer holds its job, is free: nobody waits for the dead.
 */
export async function takeLock(
  pool: Pool,
  attempt: AttemptPrincipal,
  key: string,
  ttlSeconds: number,
): Promise<z.infer<typeof lockReply>> {
  const { queue, jobId, retryCount, workerId } = attempt.ref;
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    // Whether the holder lives must be asked by a statement that begins after the last taker has committed: an upsert
    // would judge a holder that came meanwhile by an older view of the jobs, and take its lock away.
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_SPACE, key]);
    const heldUntil = await otherHolder(client, attempt, key);
    if (heldUntil !== undefined) return { acquired: false, expiresAt: heldUntil.toISOString() };
    const taken = await client.query<{ expires_at: Date }>(
      `INSERT INTO worker_api.lock (key, queue, job_id, retry_count, worker_id, expires_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
       ON CONFLICT (key) DO UPDATE SET queue = excluded.queue, job_id = excluded.job_id,
         retry_count = excluded.retry_count, worker_id = excluded.worker_id, expires_at = excluded.expires_at
       RETURNING expires_at`,
      [key, queue, jobId, retryCount, workerId, ttlSeconds],
    );
    const [row] = taken.rows;
    if (row === undefined) throw new Error('expected the lock that was taken, got none');
    return { acquired: true, expiresAt: row.expires_at.toISOString() };
  });
}

async function otherHolder(client: Queryable, { ref }: AttemptPrincipal, key: string): Promise<Date | undefined> {
  const found = await client.query<{ expires_at: Date }>(
    `SELECT l.expires_at FROM worker_api.lock l
       JOIN pgboss.job j ON j.name = l.queue AND j.id = l.job_id AND j.state = 'active' AND j.retry_count = l.retry_count
      WHERE l.key = $1 AND l.expires_at > clock_timestamp() AND NOT (l.job_id = $2 AND l.retry_count = $3)`,
    [key, ref.jobId, ref.retryCount],
  );
  return found.rows[0]?.expires_at;
}

/** Gives a lock up; false when this attempt does not have it, or no longer. Somebody else's lock is never touched. */
export async function releaseLock(pool: Pool, attempt: AttemptPrincipal, key: string): Promise<boolean> {
  const { jobId, retryCount } = attempt.ref;
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, attempt);
    const released = await client.query<{ live: boolean }>(
      `DELETE FROM worker_api.lock WHERE key = $1 AND job_id = $2 AND retry_count = $3 RETURNING expires_at > clock_timestamp() AS live`,
      [key, jobId, retryCount],
    );
    return released.rows[0]?.live ?? false;
  });
}
