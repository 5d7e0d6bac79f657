import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import type { Boss } from './boss.ts';
import { runPrepared } from './prepared.ts';
import { attemptValues, insertAttempts } from './record-attempts.ts';
import { settledIds } from './settled-ids.ts';

/** How pg-boss's settle statements end: over a CTE called `results`, which holds the ids that were truly settled. */
const TAIL = /SELECT COUNT\(\*\), COALESCE\(array_agg\(id\), '\{\}'::uuid\[\]\) AS ids FROM results\s*$/;

/**
 * Up to here planning costs more than it takes to run. Beyond it the plan must see the parameters: pg-boss's fence is
 * looked up in a hash table only when its list is known to the planner.
 */
const SMALL_BATCH = 16;

type Completion = { readonly ref: AttemptRef; readonly output: unknown };

/** pg-boss builds its statement otherwise than this version expects; nothing was sent. */
class UnknownStatement extends Error {
  override readonly name = 'UnknownStatement';
}

/**
 * Completes attempts of one queue, no job twice, and records them in the same statement: one round trip and one commit
 * in place of four. pg-boss's own statement is left as it is and gets one more CTE, which sees what was settled.
 * Undefined when that statement does not end as we know it; then the caller goes the long way. A test holds the tail.
 */
export async function completeInOne(
  boss: Boss,
  db: Queryable,
  queue: string,
  batch: readonly Completion[],
): Promise<ReadonlySet<string> | undefined> {
  const ends = batch.map((done) => ({ ...done, outcome: 'completed' as const, state: 'completed' }));
  const recording = {
    executeSql: (text: string, values: unknown[] = []) => {
      if (!TAIL.test(text)) throw new UnknownStatement();
      const insert = insertAttempts(values.length + 1, 'WHERE ended.job_id IN (SELECT id FROM results)');
      const extended = text.replace(TAIL, (tail) => `, recorded AS (${insert}) ${tail}`);
      const query = { text: extended, values: [...values, ...attemptValues(ends)] };
      return batch.length <= SMALL_BATCH ? runPrepared(db, query) : db.query(query);
    },
  };
  try {
    const attempts = batch.map(({ ref }) => ({ id: ref.jobId, retryCount: ref.retryCount }));
    return settledIds(await boss.complete(queue, attempts, undefined, { db: recording }));
  } catch (error) {
    if (error instanceof UnknownStatement) return undefined;
    throw error;
  }
}
