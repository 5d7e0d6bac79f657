import { z } from 'zod';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';
import { jobEnvelope } from './envelope.ts';
import type { JobHooks } from './hooks.ts';

export type ChangingMany = { readonly boss: Boss; readonly pool: Pool; readonly hooks: JobHooks };

const row = z.object({ id: z.string(), state: z.string(), data: z.unknown() });

/** Deletes jobs of a queue that do not run; those that run, or are being changed, stay. Gives how many are gone. */
export async function deleteJobs(
  { boss, pool, hooks }: ChangingMany,
  queue: string,
  ids: readonly string[],
): Promise<number> {
  return await withTransaction(pool, async (client) => {
    const found = await client.query(
      `SELECT id, state::text, CASE WHEN pg_column_size(data) < 1000000 THEN data END AS data FROM pgboss.job
        WHERE name = $1 AND id = ANY($2::uuid[]) AND state <> 'active' FOR UPDATE SKIP LOCKED`,
      [queue, ids],
    );
    const jobs = z.array(row).parse(found.rows);
    if (jobs.length === 0) return 0;
    await boss.deleteJob(
      queue,
      jobs.map(({ id }) => id),
      { db: onConnection(client) },
    );
    const unfinished = jobs.filter(({ state }) => state === 'created' || state === 'retry');
    const ended = unfinished.flatMap(({ id, data }) => {
      const name = jobEnvelope.safeParse(data).data?.name ?? '';
      return hooks.names.has(name) ? [{ queue, jobId: id, name, state: 'cancelled' as const }] : [];
    });
    if (ended.length > 0) await hooks.ended(client, ended);
    return jobs.length;
  });
}

/**
 * Moves jobs that wait to another queue, with all that is kept about them under the old one. A job with a singleton
 * key stays, because its key holds within its queue; so does one that is held back.
 */
export async function moveJobs(pool: Pool, from: string, to: string, ids: readonly string[]): Promise<number> {
  return await withTransaction(pool, async (client) => {
    const moved = await client.query<{ id: string }>(
      `UPDATE pgboss.job SET name = $2 WHERE name = $1 AND id = ANY($3::uuid[]) AND state < 'active' AND NOT blocked
          AND singleton_key IS NULL RETURNING id`,
      [from, to, ids],
    );
    const moving = [from, to, moved.rows.map(({ id }) => id)];
    for (const table of ['attempt', 'job_log', 'job_step', 'job_progress']) {
      await client.query(
        `UPDATE worker_api.${table} SET queue = $2 WHERE queue = $1 AND job_id = ANY($3::uuid[])`,
        moving,
      );
    }
    await client.query(
      `UPDATE worker_api.processing_job SET queue = $2 WHERE queue = $1 AND queue_job_id = ANY($3::uuid[])`,
      moving,
    );
    return moved.rows.length;
  });
}

/** Gives jobs that wait another place in the order of their queue. */
export async function prioritiseJobs(
  pool: Pool,
  queue: string,
  priority: number,
  ids: readonly string[],
): Promise<number> {
  return await withTransaction(pool, async (client) => {
    const changed = await client.query(
      `UPDATE pgboss.job SET priority = $2 WHERE name = $1 AND id = ANY($3::uuid[]) AND state < 'active'`,
      [queue, priority, ids],
    );
    await client.query('UPDATE worker_api.held_job SET priority = $2 WHERE queue = $1 AND job_id = ANY($3::uuid[])', [
      queue,
      priority,
      ids,
    ]);
    return changed.rowCount ?? 0;
  });
}
