import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { role, type OperatorView } from '../../contract/operator.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { endSessionsOf, patchPerson } from '../operators/people.ts';
import type { Entitlement } from './oidc-env.ts';
import type { Identity } from './provider.ts';

const account = z.object({
  id: z.string(),
  email: z.string(),
  role,
  sees_payloads: z.boolean(),
  disabled_at: z.date().nullable(),
  oidc_subject: z.string().nullable(),
});
type Account = z.infer<typeof account>;
const COLUMNS = 'id, email, role, sees_payloads, disabled_at, oidc_subject';

/**
 * The account of somebody whom the identity provider vouches for, with the rights that its claims give now: made at the first
 * sign-in, found by issuer and subject afterwards. An account that has a password is joined only when the provider has
 * checked the e-mail; a disabled one stays closed whatever the provider says.
 */
export async function admit(pool: Pool, identity: Identity, entitled: Entitlement): Promise<OperatorView> {
  return await withTransaction(pool, async (client) => {
    const found =
      (await findLinked(client, identity)) ??
      (await join(client, identity)) ??
      (await make(client, identity, entitled));
    if (found.disabled_at !== null) throw refused('your account is disabled; an admin can enable it');
    const changed = found.role !== entitled.role || found.sees_payloads !== entitled.seesPayloads;
    const rights = changed ? await change(client, found, entitled) : entitled;
    return { id: found.id, email: found.email, ...rights };
  });
}

async function findLinked(client: Queryable, { issuer, subject }: Identity): Promise<Account | undefined> {
  const found = await client.query(
    `SELECT ${COLUMNS} FROM worker_api.operator WHERE oidc_issuer = $1 AND oidc_subject = $2 FOR UPDATE`,
    [issuer, subject],
  );
  return found.rows.length === 0 ? undefined : account.parse(found.rows[0]);
}

async function join(
  client: Queryable,
  { issuer, subject, email, emailVerified }: Identity,
): Promise<Account | undefined> {
  const found = await client.query(
    `SELECT ${COLUMNS} FROM worker_api.operator WHERE lower(email) = lower($1) FOR UPDATE`,
    [email],
  );
  if (found.rows.length === 0) return undefined;
  const own = account.parse(found.rows[0]);
  if (own.oidc_subject !== null) throw refused(`${email} belongs to another identity`);
  if (!emailVerified)
    throw refused(`${email} has an account here, and the identity provider has not checked that it is yours`);
  await client.query('UPDATE worker_api.operator SET oidc_issuer = $2, oidc_subject = $3 WHERE id = $1', [
    own.id,
    issuer,
    subject,
  ]);
  await note(client, own.email, 'person.join', { issuer });
  return own;
}

async function make(
  client: Queryable,
  identity: Identity,
  { role: given, seesPayloads }: Entitlement,
): Promise<Account> {
  const { issuer, subject, email } = identity;
  const made = await client.query(
    `INSERT INTO worker_api.operator (id, email, role, sees_payloads, oidc_issuer, oidc_subject)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
    [randomUUID(), email, given, seesPayloads, issuer, subject],
  );
  await note(client, email, 'person.make', { issuer, role: given, seesPayloads });
  return account.parse(made.rows[0]);
}

/** The provider's word counts, but not so far that nobody is left who can decide. */
async function change(client: Queryable, own: Account, entitled: Entitlement): Promise<Entitlement> {
  await client.query('SAVEPOINT before_change');
  try {
    await patchPerson(client, own.id, entitled);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'conflict') throw error;
    await client.query('ROLLBACK TO SAVEPOINT before_change');
    return { role: own.role, seesPayloads: own.sees_payloads };
  }
  await endSessionsOf(client, own.id);
  const before = { role: own.role, seesPayloads: own.sees_payloads };
  await note(client, own.email, 'person.change', { ...entitled, before });
  return entitled;
}

async function note(client: Queryable, email: string, action: string, detail: object): Promise<void> {
  const who = { type: 'operator', name: email, role: 'viewer', seesPayloads: false } as const;
  await audit(client, who, { action, target: email, reason: 'the identity provider says so', detail });
}

function refused(why: string): BridgeError {
  return new BridgeError('sign_in_refused', why);
}
