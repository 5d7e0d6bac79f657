import type { Queryable } from '../db/pool.ts';
import { unauthorized } from './verify-service-token.ts';
import type { AttemptPrincipal, AttemptRef } from './principal.ts';

type Row = { data: unknown };

/**
 * The job's data while this very attempt holds it, or undefined: the job must be active at the attempt's retry
 * count. This is the same fence that pg-boss judges a settle by.
 */
export async function readHeldAttempt(db: Queryable, ref: AttemptRef): Promise<unknown> {
  const found = await db.query<Row>(
    `SELECT data FROM pgboss.job WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`,
    [ref.queue, ref.jobId, ref.retryCount],
  );
  return found.rows[0]?.data;
}

/**
 * For statements that read on an attempt's behalf, as $1, $2 and $3: one row while the attempt holds its job, and none when
 * it does not. Joined to what is read, it keeps the check and the reading at one moment.
 */
export const HELD_ATTEMPT = `(SELECT 1 AS held FROM pgboss.job
  WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3) AS attempt`;

/** The parameters of HELD_ATTEMPT. */
export function heldAttempt({ ref }: Pick<AttemptPrincipal, 'ref'>): [string, string, number] {
  return [ref.queue, ref.jobId, ref.retryCount];
}

export function attemptIsOver(): Error {
  return unauthorized('its attempt is over');
}

/**
 * Inside a transaction that writes on an attempt's behalf: holds the job's row until commit, so that the attempt
 * cannot be settled or lost in between; throws `unauthorized` when it already was.
 */
export async function holdAttempt(client: Queryable, { ref }: Pick<AttemptPrincipal, 'ref'>): Promise<void> {
  const held = await client.query(
    `SELECT 1 FROM pgboss.job WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3 FOR SHARE`,
    [ref.queue, ref.jobId, ref.retryCount],
  );
  if (held.rowCount === 0) throw unauthorized('its attempt is over');
}
