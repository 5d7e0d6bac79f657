import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';

/** What a page may cost the database at most; workers come first. */
const STATEMENT_TIMEOUT_MS = 3_000;
const QUERY_CANCELED = '57014';

export type ReadPlan = {
  /** On a large table the planner must not choose to read all of it, however stale its statistics are. */
  readonly avoidScans?: boolean;
};

/**
 * Runs reads for the dashboard in a read-only transaction with a short time limit. Over it the answer is
 * `unavailable`, never a wait that holds a connection which claims and settles need.
 */
export async function readOnly<Result>(
  pool: Pool,
  { avoidScans = false }: ReadPlan,
  read: (client: Queryable) => Promise<Result>,
): Promise<Result> {
  try {
    return await withTransaction(pool, async (client) => {
      await client.query(
        `SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}` +
          (avoidScans ? '; SET LOCAL enable_seqscan = off' : ''),
      );
      return await read(client);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === QUERY_CANCELED)) throw error;
    throw new BridgeError('unavailable', 'the database took too long to read this; narrow it down or try again', {
      retryAfterSeconds: 5,
      cause: error,
    });
  }
}
