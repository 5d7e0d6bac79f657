import type { Queryable } from '../../db/pool.ts';

/** Jobs that stood aside for want of a capable worker and that this round may fetch. */
export type Offer = { readonly queue: string; readonly ids: readonly string[] };

/**
 * Puts the first jobs of some names that wait for a capable worker among those that the next fetch of this transaction
 * sees, so that they stand in line by priority and age like all others. `closeOffer` must follow in the same transaction.
 */
export async function openOffer(
  client: Queryable,
  queue: string,
  names: readonly string[],
  most: number,
): Promise<Offer> {
  const found = await client.query<{ id: string; is_queued: boolean }>(
    `WITH picked AS (
       SELECT first.job_id FROM unnest($2::text[]) AS asked (name) CROSS JOIN LATERAL (
         SELECT h.job_id FROM worker_api.held_job h
          WHERE h.kind = 'labels' AND h.key = asked.name AND h.queue = $1
          ORDER BY h.priority DESC, h.created_on, h.job_id LIMIT $3 FOR UPDATE SKIP LOCKED) AS first
     ), lifted AS (
       UPDATE pgboss.job j SET blocked = false FROM picked WHERE j.name = $1 AND j.id = picked.job_id
       RETURNING j.id, j.state < 'active' AS is_queued
     )
     SELECT picked.job_id AS id, coalesce(lifted.is_queued, false) AS is_queued
       FROM picked LEFT JOIN lifted ON lifted.id = picked.job_id`,
    [queue, names, most],
  );
  const over = found.rows.filter((row) => !row.is_queued).map((row) => row.id);
  if (over.length > 0) await forget(client, queue, over);
  return { queue, ids: found.rows.filter((row) => row.is_queued).map((row) => row.id) };
}

/** What was fetched leaves the list; the rest stands aside again. */
export async function closeOffer(client: Queryable, offer: Offer, fetched: ReadonlySet<string>): Promise<void> {
  const taken = offer.ids.filter((id) => fetched.has(id));
  const rest = offer.ids.filter((id) => !fetched.has(id));
  if (taken.length > 0) await forget(client, offer.queue, taken);
  if (rest.length > 0) {
    await client.query(
      `UPDATE pgboss.job SET blocked = true WHERE name = $1 AND id = ANY ($2::uuid[]) AND state < 'active'`,
      [offer.queue, rest],
    );
  }
}

async function forget(client: Queryable, queue: string, ids: readonly string[]): Promise<void> {
  await client.query('DELETE FROM worker_api.held_job WHERE queue = $1 AND job_id = ANY ($2::uuid[])', [queue, ids]);
}
