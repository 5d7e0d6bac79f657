import { z } from 'zod';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';

export const SIGN_IN_LIMIT = { failures: 10, windowMinutes: 15 } as const;

/** Who tries: the e-mail as it is stored, and the network, empty when it is unknown. */
export type Attempter = { readonly email: string; readonly network: string };

export type SignInTry =
  | { readonly allowed: true; readonly id: string; readonly triesLeft: number }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

const counted = z.object({ by_email: z.number(), by_network: z.number(), free_in: z.number().nullable() });
const inserted = z.object({ id: z.string() });

/**
 * Books a try as failed before the password is looked at, so that a thousand guesses sent at once count as a
 * thousand; `forgive` takes it back when the password was right. Over the limit nothing is booked: the window moves
 * on while somebody keeps knocking.
 */
export async function bookTry(pool: Pool, { email, network }: Attempter): Promise<SignInTry> {
  return await withTransaction(pool, async (client) => {
    // In one order, so that two tries never wait for each other.
    const keys = [`sign-in e ${email}`, ...(network === '' ? [] : [`sign-in n ${network}`])].sort();
    for (const key of keys) await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
    const found = await client.query(COUNT, [
      email,
      network,
      `${SIGN_IN_LIMIT.windowMinutes} minutes`,
      SIGN_IN_LIMIT.failures,
    ]);
    const { by_email: byEmail, by_network: byNetwork, free_in: freeIn } = counted.parse(found.rows[0]);
    const failures = Math.max(byEmail, byNetwork);
    if (failures >= SIGN_IN_LIMIT.failures) return { allowed: false, retryAfterSeconds: Math.max(1, freeIn ?? 1) };
    const booked = await client.query(
      'INSERT INTO worker_api.sign_in_failure (email, ip) VALUES ($1, $2) RETURNING id',
      [email, network],
    );
    const { id } = inserted.parse(booked.rows[0]);
    return { allowed: true, id, triesLeft: SIGN_IN_LIMIT.failures - failures - 1 };
  });
}

/** Takes back the booking of a sign-in that succeeded, and what was counted against its e-mail before. */
export async function forgive(pool: Pool, { email }: Attempter, id: string): Promise<void> {
  await pool.query('DELETE FROM worker_api.sign_in_failure WHERE id = $1 OR email = $2', [id, email]);
}

/** Deletes some of what no longer counts; called at each sign-in, so that the table stays as small as its traffic. */
export async function sweepFailures(pool: Pool): Promise<void> {
  await pool.query(
    `DELETE FROM worker_api.sign_in_failure WHERE id IN (
       SELECT id FROM (SELECT id, at FROM worker_api.sign_in_failure ORDER BY id LIMIT 100) oldest
       WHERE at < now() - $1::interval)`,
    [`${SIGN_IN_LIMIT.windowMinutes} minutes`],
  );
}

/** `free_in`: seconds until the failure that fills the limit leaves the window, by the slower of the two counts. */
const COUNT = `
  WITH by_email AS (
    SELECT at, row_number() OVER (ORDER BY at DESC) AS nth FROM worker_api.sign_in_failure
    WHERE email = $1 AND at > now() - $3::interval
  ), by_network AS (
    SELECT at, row_number() OVER (ORDER BY at DESC) AS nth FROM worker_api.sign_in_failure
    WHERE ip = $2 AND ip <> '' AND at > now() - $3::interval
  )
  SELECT (SELECT count(*) FROM by_email)::int AS by_email,
         (SELECT count(*) FROM by_network)::int AS by_network,
         ceil(extract(epoch FROM greatest(
           (SELECT at FROM by_email WHERE nth = $4), (SELECT at FROM by_network WHERE nth = $4)
         ) + $3::interval - now()))::float8 AS free_in`;
