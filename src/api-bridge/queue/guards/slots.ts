import type { Queryable } from '../../db/pool.ts';
import type { SlotTerms } from './slot-key.ts';

export type SlotWish = SlotTerms & { readonly queue: string; readonly jobId: string; readonly retryCount: number };

/** A slot counts while its job runs the attempt that took it, or is on its way to a worker after it was let go. */
export const COUNTS = `(j.state = 'active' AND j.retry_count = s.retry_count
  OR s.retry_count IS NULL AND j.state < 'active' AND NOT j.blocked)`;

/** Whoever counts or changes the slots of a key does so alone, until its transaction ends. */
export async function lockKeys(client: Queryable, keys: readonly string[]): Promise<void> {
  await client.query(
    `SELECT pg_advisory_xact_lock(number) FROM (
       SELECT DISTINCT hashtextextended('slots of ' || key, 0) AS number FROM unnest($1::text[]) AS asked (key) ORDER BY number
     ) AS in_order`,
    [keys],
  );
}

/**
 * Takes slots for jobs that this transaction has just fetched, and gives those that found none. The lock of a key is
 * held until the fetch is committed, so that whoever counts next sees the jobs as running: there are never more than
 * the limit, over any number of replicas. A slot is given back by nobody: it ends with the attempt that took it, however
 * that ends.
 */
export async function takeSlots<Wish extends SlotWish>(
  client: Queryable,
  wishes: readonly Wish[],
  isAwaited: (key: string) => boolean,
): Promise<Wish[]> {
  const keys = [...new Set(wishes.map(({ key }) => key))];
  await lockKeys(client, keys);
  const found = await client.query<{ key: string; job_id: string; counts: boolean; kept: boolean }>(
    `SELECT s.key, s.job_id, s.retry_count IS NULL AS kept, ${COUNTS} AS counts
       FROM worker_api.key_slot s JOIN pgboss.job j ON j.name = s.queue AND j.id = s.job_id
      WHERE s.key = ANY ($1::text[])`,
    [keys],
  );
  const mine = new Set(wishes.map(({ jobId }) => jobId));
  const kept = new Set(found.rows.filter((row) => row.kept && mine.has(row.job_id)).map((row) => row.job_id));
  const taken = new Map<string, number>();
  const count = (key: string) => taken.get(key) ?? 0;
  const take = (key: string) => taken.set(key, count(key) + 1);
  for (const row of found.rows) if (row.counts && !mine.has(row.job_id)) take(row.key);

  const refused: Wish[] = [];
  const granted: Wish[] = [];
  // Whoever waited comes first. A kept slot is no promise: its job may have stood aside for another reason meanwhile.
  for (const wish of wishes.toSorted((a, b) => Number(kept.has(b.jobId)) - Number(kept.has(a.jobId)))) {
    const mustWait = count(wish.key) >= wish.limit || (!kept.has(wish.jobId) && isAwaited(wish.key));
    if (!mustWait) take(wish.key);
    (mustWait ? refused : granted).push(wish);
  }
  if (granted.length > 0) await write(client, granted);
  return refused;
}

async function write(client: Queryable, granted: readonly SlotWish[]): Promise<void> {
  await client.query(
    `INSERT INTO worker_api.key_slot (key, queue, job_id, retry_count)
     SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::int[])
     ON CONFLICT (key, job_id) DO UPDATE SET retry_count = excluded.retry_count, taken_at = now()`,
    [
      granted.map(({ key }) => key),
      granted.map(({ queue }) => queue),
      granted.map(({ jobId }) => jobId),
      granted.map(({ retryCount }) => retryCount),
    ],
  );
}
