import { z } from 'zod';
import { role, type OperatorView } from '../../contract/operator.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { clientNetwork } from './client-network.ts';
import { decoyHash, verifyPassword } from './password.ts';
import type { Sessions } from './sessions.ts';
import { bookTry, forgive, sweepFailures } from './sign-in-limit.ts';

export type Credentials = {
  readonly email: string;
  readonly password: string;
  readonly clientIp: string;
  readonly userAgent?: string | undefined;
};
export type SignedIn = { readonly token: string; readonly expiresAt: Date; readonly user: OperatorView };
export type SignIn = (credentials: Credentials) => Promise<SignedIn>;

const operator = z.object({
  id: z.string(),
  email: z.string(),
  role,
  sees_payloads: z.boolean(),
  one_time: z.boolean(),
  password_hash: z.string(),
});

/**
 * Exchanges credentials for a session. An unknown e-mail, a disabled operator and a wrong password cost the same work
 * and give the same answer; ten failures by e-mail or network within the window give 429 until one of them is old.
 */
export function createSignIn(pool: Pool, sessions: Sessions): SignIn {
  let decoy: Promise<string> | undefined;

  return async ({ email: typed, password, clientIp, userAgent }) => {
    const attempter = { email: typed.trim().toLowerCase(), network: clientNetwork(clientIp) };
    await sweepFailures(pool);
    const attempt = await bookTry(pool, attempter);
    if (!attempt.allowed) {
      throw new BridgeError('too_many_requests', 'too many failed sign-ins; wait before the next one', {
        retryAfterSeconds: attempt.retryAfterSeconds,
      });
    }
    const found = await findOperator(pool, attempter.email);
    const hash = found?.password_hash ?? (await (decoy ??= decoyHash()));
    const matches = await verifyPassword(password, hash);
    if (found === undefined || !matches) throw refused(attempt.triesLeft);
    await forgive(pool, attempter, attempt.id);
    const session = await sessions.open(found.id, { clientIp, userAgent, method: 'password' });
    return {
      ...session,
      user: {
        id: found.id,
        email: found.email,
        role: found.role,
        seesPayloads: found.sees_payloads,
        ...(found.one_time ? { mustChangePassword: true } : {}),
      },
    };
  };
}

async function findOperator(pool: Pool, email: string): Promise<z.infer<typeof operator> | undefined> {
  const found = await pool.query(
    `SELECT id, email, role, sees_payloads, one_time_until IS NOT NULL AS one_time, password_hash FROM worker_api.operator
      WHERE lower(email) = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL
        AND (one_time_until IS NULL OR one_time_until > now())`,
    [email],
  );
  return found.rows.length === 0 ? undefined : operator.parse(found.rows[0]);
}

function refused(triesLeft: number): BridgeError {
  const left = triesLeft === 1 ? '1 try left' : `${triesLeft} tries left`;
  return new BridgeError('sign_in_refused', `email and password do not match, ${left}`);
}
