import type { AttemptRef } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { COUNTS, lockKeys } from './slots.ts';

export type AwaitedKey = { readonly key: string; readonly name: string; readonly limit: number };

/** How many slots of a key are free, out of `asked (key, most)`. */
const ROOM = `asked.most - (SELECT count(*) FROM worker_api.key_slot s
  JOIN pgboss.job j ON j.name = s.queue AND j.id = s.job_id WHERE s.key = asked.key AND ${COUNTS})`;

/**
 * Lets as many of those that wait for a key go as there are free slots, the first by priority and age, and keeps the
 * slots for them until they are claimed. What was cancelled meanwhile only leaves the list. Gives the keys that nobody
 * awaits any more.
 */
export async function freeSlots(pool: Pool, awaited: readonly AwaitedKey[], channel: string): Promise<string[]> {
  if (awaited.length === 0) return [];
  const keys = awaited.map(({ key }) => key);
  const values = [keys, awaited.map(({ limit }) => limit)];
  return await withTransaction(pool, async (client) => {
    await lockKeys(client, keys);
    while (await letNextGo(client, values, channel));
    await client.query(
      `INSERT INTO worker_api.hold (kind, key, name, detail)
       SELECT 'concurrency', asked.key, asked.name, jsonb_build_object('limit', asked.most)
         FROM unnest($1::text[], $2::int[], $3::text[]) AS asked (key, most, name)
        WHERE EXISTS (SELECT 1 FROM worker_api.held_job h WHERE h.kind = 'concurrency' AND h.key = asked.key)
       ON CONFLICT DO NOTHING`,
      [...values, awaited.map(({ name }) => name)],
    );
    const idle = await client.query<{ key: string }>(
      `DELETE FROM worker_api.hold o WHERE o.kind = 'concurrency' AND o.key = ANY ($1::text[])
          AND NOT EXISTS (SELECT 1 FROM worker_api.held_job h WHERE h.kind = 'concurrency' AND h.key = o.key)
       RETURNING o.key`,
      [keys],
    );
    return idle.rows.map(({ key }) => key);
  });
}

/** True when some of the list had ended meanwhile, so that the next look may find room for others. */
async function letNextGo(client: Queryable, values: readonly unknown[], channel: string): Promise<boolean> {
  const gone = await client.query<{ left: number; freed: number }>(
    `WITH next AS (
       SELECT first.* FROM (
         SELECT asked.key, ${ROOM} AS room FROM unnest($1::text[], $2::int[]) AS asked (key, most)
       ) AS rooms CROSS JOIN LATERAL (
         SELECT h.queue, h.job_id, h.key FROM worker_api.held_job h WHERE h.kind = 'concurrency' AND h.key = rooms.key
          ORDER BY h.priority DESC, h.created_on, h.job_id LIMIT greatest(rooms.room, 0) FOR UPDATE SKIP LOCKED
       ) AS first
     ), gone AS (
       DELETE FROM worker_api.held_job h USING next WHERE h.queue = next.queue AND h.job_id = next.job_id
     ), freed AS (
       UPDATE pgboss.job j SET blocked = false, start_after = least(j.start_after, now())
         FROM next WHERE j.name = next.queue AND j.id = next.job_id AND j.blocked
       RETURNING j.name, j.id, next.key, j.state < 'active' AS is_queued
     ), kept AS (
       INSERT INTO worker_api.key_slot (key, queue, job_id, retry_count)
       SELECT key, name, id, NULL FROM freed WHERE is_queued
       ON CONFLICT (key, job_id) DO UPDATE SET retry_count = NULL, taken_at = now()
     ), told AS (SELECT pg_notify($3, name) FROM (SELECT DISTINCT name FROM freed) AS queues)
     SELECT (SELECT count(*) FROM next)::int AS left,
            (SELECT count(*) FILTER (WHERE is_queued) FROM freed)::int AS freed, (SELECT count(*) FROM told) AS told`,
    [...values, channel],
  );
  const { left = 0, freed = 0 } = gone.rows[0] ?? {};
  return freed < left;
}

/** Those of some awaited keys that have room; asked without any lock. */
export async function keysWithRoom(db: Queryable, awaited: readonly AwaitedKey[]): Promise<ReadonlySet<string>> {
  const found = await db.query<{ key: string }>(
    `SELECT asked.key FROM unnest($1::text[], $2::int[]) AS asked (key, most) WHERE ${ROOM} > 0`,
    [awaited.map(({ key }) => key), awaited.map(({ limit }) => limit)],
  );
  return new Set(found.rows.map(({ key }) => key));
}

/** Forgets the slots of attempts that are over, and gives their keys. */
export async function endSlots(db: Queryable, ended: readonly AttemptRef[]): Promise<string[]> {
  const over = await db.query<{ key: string }>(
    `DELETE FROM worker_api.key_slot s USING unnest($1::uuid[], $2::int[]) AS ended (job_id, retry_count)
      WHERE s.job_id = ended.job_id AND s.retry_count = ended.retry_count RETURNING s.key`,
    [ended.map(({ jobId }) => jobId), ended.map(({ retryCount }) => retryCount)],
  );
  return [...new Set(over.rows.map(({ key }) => key))];
}

/** Forgets slots that do not count and that nobody told of: a worker died, or a replica. */
export async function sweepSlots(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM worker_api.key_slot WHERE ctid = ANY (ARRAY (
       SELECT s.ctid FROM worker_api.key_slot s
        WHERE s.taken_at < now() - interval '30 seconds'
          AND NOT EXISTS (SELECT 1 FROM pgboss.job j WHERE j.name = s.queue AND j.id = s.job_id AND ${COUNTS})
        LIMIT 5000))`,
  );
}
