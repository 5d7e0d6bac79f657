import { randomUUID } from 'node:crypto';
import type { Logger } from '../../process/logger.ts';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { hashPassword } from './password.ts';

export type FirstOperator = { readonly email: string | undefined; readonly password: string | undefined };

/** Two processes that start at once must not both find the table empty. */
const FIRST_OPERATOR_LOCK = 4_567_300_004;

/**
 * Makes the first admin when there is no operator yet and both values are given. Says whether somebody can sign in
 * afterwards; values that come later than the first operator change nothing, so that they cannot reset a password.
 */
export async function ensureFirstOperator(
  pool: Pool,
  { email, password }: FirstOperator,
  log: Logger,
): Promise<boolean> {
  if (await hasOperator(pool)) return true;
  if (email === undefined || password === undefined) {
    log.warn('nobody can sign in yet: set DASHBOARD_EMAIL and DASHBOARD_PASSWORD to make the first operator');
    return false;
  }
  const hash = await hashPassword(password);
  await withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [FIRST_OPERATOR_LOCK]);
    const made = await client.query(
      `INSERT INTO worker_api.operator (id, email, password_hash, role, sees_payloads)
       SELECT $1, $2, $3, 'admin', true WHERE NOT EXISTS (SELECT 1 FROM worker_api.operator)`,
      [randomUUID(), email.trim(), hash],
    );
    if (made.rowCount === 1) log.info({ email }, 'made the first operator, an admin');
  });
  return true;
}

async function hasOperator(pool: Pool): Promise<boolean> {
  const found = await pool.query('SELECT 1 FROM worker_api.operator LIMIT 1');
  return found.rows.length > 0;
}
