import type { Pool } from '../db/pool.ts';
import type { Outcome, SettleResult } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import { createCompleter } from './complete.ts';
import { failAttempt, type Failing } from './fail.ts';
import { createFold } from './fold.ts';
import { leaseKey, type LeaseBook } from './lease-book.ts';
import { releaseAttempt } from './release.ts';

export type Settling = { readonly ref: AttemptRef; readonly outcome: Outcome };

/**
 * Settles one attempt and answers when PostgreSQL has it. Two settlements of the same attempt run one after the
 * other, so that the second is judged by what the first left.
 */
export function createSettler(
  deps: Failing,
  book: LeaseBook,
  hot: Pool,
): (settling: Settling) => Promise<SettleResult> {
  const complete = createCompleter(deps.boss, hot, deps.hooks);
  // Failures and releases need a transaction each; a few at a time leave connections for everybody else.
  const singly = createFold<Settling, SettleResult>(
    { inFlight: 4, largest: 1 },
    async (batch) => await Promise.all(batch.map(settleSingly)),
  );
  const inTurn = new Map<string, Promise<unknown>>();

  async function settleSingly({ ref, outcome }: Settling): Promise<SettleResult> {
    switch (outcome.type) {
      case 'completed':
        return await complete({ ref, output: outcome.output });
      case 'failed':
        return await failAttempt(deps, ref, outcome);
      case 'released':
        return await releaseAttempt(deps, ref, { delaySeconds: outcome.delaySeconds ?? 0, reason: outcome.reason });
    }
  }

  async function settleNow(settling: Settling): Promise<SettleResult> {
    const result = await (settling.outcome.type === 'completed' ? settleSingly(settling) : singly(settling));
    // Any verdict says that the attempt is over; only an error leaves it open.
    book.drop(settling.ref);
    return result;
  }

  return async (settling) => {
    const key = leaseKey(settling.ref);
    const before = inTurn.get(key);
    const mine = before === undefined ? settleNow(settling) : before.then(() => settleNow(settling));
    const settledQuietly = mine.catch(() => undefined);
    inTurn.set(key, settledQuietly);
    try {
      return await mine;
    } finally {
      if (inTurn.get(key) === settledQuietly) inTurn.delete(key);
    }
  };
}
