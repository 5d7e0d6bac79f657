import { z } from 'zod';
import { DEAD_LETTER_QUEUE } from '../../contract/queues.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';

/**
 * Takes the copies of failed jobs out of the dead letters, in one transaction; gives how many. The failed jobs stay in
 * the history as long as any job does.
 */
export async function discardDeadLetters(
  { boss, pool }: { readonly boss: Boss; readonly pool: Pool },
  jobIds: readonly string[],
): Promise<number> {
  if (jobIds.length === 0) return 0;
  return await withTransaction(pool, async (client) => {
    const found = await client.query(
      'SELECT id FROM pgboss.job WHERE name = $1 AND source_root_id = ANY ($2::uuid[]) FOR UPDATE',
      [DEAD_LETTER_QUEUE, jobIds],
    );
    const copies = z.array(z.object({ id: z.string() })).parse(found.rows);
    if (copies.length > 0)
      await boss.deleteJob(
        DEAD_LETTER_QUEUE,
        copies.map((copy) => copy.id),
        { db: onConnection(client) },
      );
    await forgetDeath(client, jobIds);
    return copies.length;
  });
}

/** These jobs are among the dead letters no longer. */
export async function forgetDeath(client: Queryable, jobIds: readonly string[]): Promise<void> {
  await client.query(
    'UPDATE worker_api.attempt SET dead_reason = NULL WHERE job_id = ANY ($1::uuid[]) AND dead_reason IS NOT NULL',
    [jobIds],
  );
}
