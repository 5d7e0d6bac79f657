import { z } from 'zod';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError, fieldFault } from '../http/bridge-error.ts';
import { clientNetwork } from './client-network.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { endSessionsOf } from './people.ts';
import { bookTry, forgive } from './sign-in-limit.ts';
import type { SignedInPerson } from './signed-in-person.ts';

export type PasswordChange = { readonly current: string; readonly next: string; readonly clientIp: string };

/**
 * Changes the password of the person who is signed in and ends all of their sessions. Wrong guesses of the current one
 * count as failed sign-ins do, so that an open browser is no way to try passwords.
 */
export async function changeOwnPassword(
  pool: Pool,
  { name, session: { operatorId } }: SignedInPerson,
  { current, next, clientIp }: PasswordChange,
): Promise<void> {
  if (next.normalize('NFKC') === current.normalize('NFKC')) {
    throw fieldFault('next', 'expected another password than the current one, got the same');
  }
  if (next.toLowerCase().includes(name.split('@')[0]?.toLowerCase() ?? name)) {
    throw fieldFault('next', 'expected a password without the name of its account in it');
  }
  const attempter = { email: name.toLowerCase(), network: clientNetwork(clientIp) };
  const attempt = await bookTry(pool, attempter);
  if (!attempt.allowed) {
    throw new BridgeError('too_many_requests', 'too many wrong passwords; wait before the next one', {
      retryAfterSeconds: attempt.retryAfterSeconds,
    });
  }
  const found = await pool.query('SELECT password_hash FROM worker_api.operator WHERE id = $1', [operatorId]);
  const stored = z.object({ password_hash: z.string().nullable() }).parse(found.rows[0]).password_hash;
  if (stored === null) throw new BridgeError('conflict', 'expected an account with a password, got one without');
  if (!(await verifyPassword(current, stored)))
    throw fieldFault('current', 'expected the current password, got another');
  await forgive(pool, attempter, attempt.id);
  const hash = await hashPassword(next);
  await withTransaction(pool, async (client) => {
    const changed = await client.query(
      'UPDATE worker_api.operator SET password_hash = $2, one_time_until = NULL WHERE id = $1 AND password_hash = $3',
      [operatorId, hash, stored],
    );
    if (changed.rowCount === 0) throw new BridgeError('conflict', 'the password was changed meanwhile; sign in again');
    await endSessionsOf(client, operatorId);
  });
}
