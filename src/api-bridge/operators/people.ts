import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { role, type Role } from '../../contract/operator.ts';
import type { Person, PersonPatch } from '../../contract/person.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { makeOneTimePassword, ONE_TIME_DAYS } from './one-time-password.ts';
import { hashPassword } from './password.ts';

export type OneTime = { readonly person: Person; readonly password: string; readonly validUntil: string };

const row = z.object({
  id: z.string(),
  email: z.string(),
  role,
  sees_payloads: z.boolean(),
  disabled_at: z.date().nullable(),
  one_time_until: z.date().nullable(),
  external: z.boolean(),
  created_at: z.date(),
  last_sign_in_at: z.date().nullable(),
  sessions: z.number(),
});

const SELECT = `
  SELECT o.id, o.email, o.role, o.sees_payloads, o.disabled_at, o.one_time_until, o.oidc_subject IS NOT NULL AS external,
         o.created_at, o.last_sign_in_at,
         (SELECT count(*)::int FROM worker_api.operator_session s WHERE s.operator_id = o.id AND s.expires_at > now())
           AS sessions
    FROM worker_api.operator o`;

/** Everybody who may sign in, and who may no more; by e-mail. */
export async function listPeople(db: Queryable): Promise<Person[]> {
  const found = await db.query(`${SELECT} ORDER BY lower(o.email)`);
  return found.rows.map(personOf);
}

/** Throws not_found for an id that nobody has. */
export async function readPerson(db: Queryable, id: string): Promise<Person> {
  const found = await db.query(`${SELECT} WHERE o.id = $1`, [id]);
  if (found.rows.length === 0)
    throw new BridgeError('not_found', 'expected somebody who may sign in, got an unknown id');
  return personOf(found.rows[0]);
}

/** Lets somebody sign in; an e-mail that has an account already is a conflict. */
export async function addPerson(
  db: Queryable,
  { email, role: given, seesPayloads }: { email: string; role: Role; seesPayloads: boolean },
): Promise<OneTime> {
  const password = makeOneTimePassword();
  const made = await db.query<{ id: string }>(
    `INSERT INTO worker_api.operator (id, email, password_hash, role, sees_payloads, one_time_until)
     VALUES ($1, $2, $3, $4, $5, now() + $6::interval) ON CONFLICT (lower(email)) DO NOTHING RETURNING id`,
    [randomUUID(), email, await hashPassword(password), given, seesPayloads, `${ONE_TIME_DAYS} days`],
  );
  const id = made.rows[0]?.id;
  if (id === undefined) throw new BridgeError('conflict', 'email: expected a new one, got one that has an account');
  return oneTimeOf(await readPerson(db, id), password);
}

/** Replaces the password by one that opens nothing but the form for a new one. */
export async function replacePassword(db: Queryable, id: string): Promise<OneTime> {
  const password = makeOneTimePassword();
  await db.query(
    `UPDATE worker_api.operator SET password_hash = $2, one_time_until = now() + $3::interval WHERE id = $1`,
    [id, await hashPassword(password), `${ONE_TIME_DAYS} days`],
  );
  return oneTimeOf(await readPerson(db, id), password);
}

/** Changes what is said. Throws conflict when nobody would be left who can sign in as an admin. */
export async function patchPerson(client: Queryable, id: string, patch: PersonPatch): Promise<Person> {
  // Whoever takes an admin away waits for whoever does the same: two cannot take each other.
  await client.query(`SELECT id FROM worker_api.operator WHERE role = 'admin' ORDER BY id FOR UPDATE`);
  await client.query(
    `UPDATE worker_api.operator SET role = coalesce($2, role), sees_payloads = coalesce($3, sees_payloads),
            disabled_at = CASE WHEN $4::boolean IS NULL THEN disabled_at WHEN $4 THEN coalesce(disabled_at, now()) END
      WHERE id = $1`,
    [id, patch.role ?? null, patch.seesPayloads ?? null, patch.disabled ?? null],
  );
  const left = await client.query(
    `SELECT 1 FROM worker_api.operator WHERE role = 'admin' AND disabled_at IS NULL AND one_time_until IS NULL LIMIT 1`,
  );
  if (left.rows.length === 0) {
    throw new BridgeError('conflict', 'expected another admin who can sign in, got the last one');
  }
  return await readPerson(client, id);
}

/** Ends every session of somebody, but one where that is said. Another replica may honour them for a second more. */
export async function endSessionsOf(db: Queryable | Pool, operatorId: string, but?: string): Promise<number> {
  const ended = await db.query(
    'DELETE FROM worker_api.operator_session WHERE operator_id = $1 AND token_hash IS DISTINCT FROM $2',
    [operatorId, but ?? null],
  );
  return ended.rowCount ?? 0;
}

function oneTimeOf(person: Person, password: string): OneTime {
  return { person, password, validUntil: person.oneTimeUntil ?? '' };
}

function personOf(value: unknown): Person {
  const found = row.parse(value);
  const { one_time_until: oneTimeUntil, last_sign_in_at: lastSignInAt } = found;
  return {
    id: found.id,
    email: found.email,
    role: found.role,
    seesPayloads: found.sees_payloads,
    disabled: found.disabled_at !== null,
    external: found.external,
    createdAt: found.created_at.toISOString(),
    sessions: found.sessions,
    ...(oneTimeUntil === null ? {} : { oneTimeUntil: oneTimeUntil.toISOString() }),
    ...(lastSignInAt === null ? {} : { lastSignInAt: lastSignInAt.toISOString() }),
  };
}
