import { z } from 'zod';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';
import { jobEnvelope } from './envelope.ts';
import type { JobHooks } from './hooks.ts';

const AT_ONCE = 500;
/** A call that lasts longer would be given up on by whoever waits for it. */
const LONGEST_MS = 5_000;

const row = z.object({ id: z.string(), data: z.unknown() });

export type Purging = { readonly boss: Boss; readonly pool: Pool; readonly hooks: JobHooks };

/**
 * Deletes jobs that wait: those of the queue that nobody has claimed, due or not. A few hundred a transaction, so that
 * claims of other queues never wait for it, and no longer than some seconds. Gives how many, and whether more are left.
 */
export async function purgeQueue(purging: Purging, queue: string): Promise<{ purged: number; more: boolean }> {
  const untilMs = performance.now() + LONGEST_MS;
  let purged = 0;
  for (;;) {
    const deleted = await purgeSome(purging, queue);
    purged += deleted;
    if (deleted < AT_ONCE) return { purged, more: false };
    if (performance.now() > untilMs) return { purged, more: true };
  }
}

async function purgeSome({ boss, pool, hooks }: Purging, queue: string): Promise<number> {
  return await withTransaction(pool, async (client) => {
    const found = await client.query(
      `SELECT id, CASE WHEN pg_column_size(data) < 1000000 THEN data END AS data FROM pgboss.job
        WHERE name = $1 AND state < 'active' LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`,
      [queue],
    );
    const jobs = z.array(row).parse(found.rows);
    if (jobs.length === 0) return 0;
    const ids = jobs.map(({ id }) => id);
    await boss.deleteJob(queue, ids, { db: onConnection(client) });
    const ended = jobs.map(({ id, data }) => ({ jobId: id, name: jobEnvelope.safeParse(data).data?.name ?? '' }));
    const known = ended.filter(({ name }) => hooks.names.has(name));
    if (known.length > 0)
      await hooks.ended(
        client,
        known.map((job) => ({ ...job, queue, state: 'cancelled' })),
      );
    return jobs.length;
  });
}
