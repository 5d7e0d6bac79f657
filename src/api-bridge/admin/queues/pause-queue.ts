import type { PausedQueue } from '../../../contract/operator.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readPaused } from './read-paused.ts';

export type Pausing = {
  readonly pool: Pool;
  /** Tells every replica when the transaction commits. */
  announcePause(client: Queryable): Promise<void>;
  /** Makes this replica know it before the answer leaves. */
  refreshPaused(): Promise<void>;
};

type Deed = { readonly principal: Principal; readonly queue: string };

/** Nothing more is claimed from the queue; what runs goes on, and jobs may be enqueued. A paused one gets the new reason. */
export async function pauseQueue(
  { pool, announcePause, refreshPaused }: Pausing,
  { principal, queue, reason }: Deed & { readonly reason: string },
): Promise<PausedQueue | undefined> {
  const paused = await withTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO worker_api.paused_queue (queue, paused_by, reason) VALUES ($1, $2, $3)
       ON CONFLICT (queue) DO UPDATE SET paused_by = excluded.paused_by, reason = excluded.reason`,
      [queue, 'name' in principal ? principal.name : principal.type, reason],
    );
    await announcePause(client);
    const now = (await readPaused(client)).get(queue);
    await audit(client, principal, { action: 'queue.pause', target: queue, reason });
    return now;
  });
  await refreshPaused();
  return paused;
}

/** Claims are served from the queue again. One that is not paused stays as it is, and nothing is written. */
export async function resumeQueue(
  { pool, announcePause, refreshPaused }: Pausing,
  { principal, queue, reason }: Deed & { readonly reason?: string | undefined },
): Promise<void> {
  await withTransaction(pool, async (client) => {
    const removed = await client.query('DELETE FROM worker_api.paused_queue WHERE queue = $1', [queue]);
    if (removed.rowCount === 0) return;
    await announcePause(client);
    await audit(client, principal, { action: 'queue.resume', target: queue, reason });
  });
  await refreshPaused();
}
