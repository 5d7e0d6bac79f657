import type { Logger } from '../../process/logger.ts';
import type { AttemptRef } from '../auth/principal.ts';
import { withTransaction } from '../db/transaction.ts';
import { createFold } from './fold.ts';
import type { LeaseBook } from './lease-book.ts';
import { giveBack, type Releasing } from './release.ts';

/**
 * Puts back jobs whose claim nobody received, many in one transaction, and leaves no trace: nobody ran them. What
 * cannot be put back now stays in the book, and its sweep tries again.
 */
export function createGiver(
  deps: Releasing,
  book: LeaseBook,
  log: Logger,
): (refs: readonly AttemptRef[]) => Promise<void> {
  const fold = createFold<AttemptRef, boolean>({ inFlight: 2, largest: 50 }, (refs) =>
    withTransaction(deps.pool, async (client) => {
      const results: boolean[] = [];
      for (const ref of refs) {
        results.push(await giveBack(deps.boss, client, ref, { delaySeconds: 0, reason: undefined, recorded: false }));
      }
      return results;
    }),
  );
  return async (refs) => {
    await Promise.all(
      refs.map(async (ref) => {
        try {
          await fold(ref);
          book.drop(ref);
        } catch (error) {
          log.warn({ err: error, jobId: ref.jobId }, 'a job could not be put back yet');
        }
      }),
    );
  };
}
