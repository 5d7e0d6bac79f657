import type { Logger } from '../../process/logger.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { createFold } from './fold.ts';
import type { LeaseBook } from './lease-book.ts';
import { giveBack, type Releasing } from './release.ts';

/**
 * Puts back jobs whose claim nobody received, many in one transaction, and leaves no trace: nobody ran them. What
 * cannot be put back now stays in the book, and its sweep tries again. With `unlessConfirmed` a heartbeat that was heard
 * since somebody looked, at whichever replica, keeps the job where it is: who was told so may rely on it.
 */
export function createGiver(
  deps: Releasing,
  book: LeaseBook,
  log: Logger,
  { unlessConfirmed = false } = {},
): (refs: readonly AttemptRef[]) => Promise<void> {
  const fold = createFold<AttemptRef, 'gone' | 'kept'>({ inFlight: 2, largest: 50 }, (refs) =>
    withTransaction(deps.pool, async (client) => {
      const results: ('gone' | 'kept')[] = [];
      for (const ref of refs) {
        const kept = unlessConfirmed && (await isConfirmed(client, ref));
        if (!kept) await giveBack(deps.boss, client, ref, { delaySeconds: 0, reason: undefined, recorded: false });
        results.push(kept ? 'kept' : 'gone');
      }
      return results;
    }),
  );
  return async (refs) => {
    await Promise.all(
      refs.map(async (ref) => {
        try {
          if ((await fold(ref)) === 'kept') book.renewed(ref);
          else book.drop(ref);
        } catch (error) {
          log.warn({ err: error, jobId: ref.jobId }, 'a job could not be put back yet');
        }
      }),
    );
  };
}

/** Locks the job, so that a renewal is either seen here or comes too late and is told so. */
async function isConfirmed(client: Queryable, ref: AttemptRef): Promise<boolean> {
  const found = await client.query<{ confirmed: boolean }>(
    `SELECT heartbeat_on IS DISTINCT FROM started_on AS confirmed FROM pgboss.job
      WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active' FOR UPDATE`,
    [ref.queue, ref.jobId, ref.retryCount],
  );
  return found.rows[0]?.confirmed === true;
}
