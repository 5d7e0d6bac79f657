import type { PoolClient } from 'pg';
import type { Pool } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';

/** The transaction may have happened: its COMMIT was sent, and the answer to it never came. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/**
 * A transaction for rows that name stored bytes. Throws OutcomeUnknown (its cause is the fault) when nobody can say
 * whether the rows were written, so that the bytes must stay; after any other error they were not.
 */
export async function writeRows<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const reached = { commit: false };
  try {
    return await withTransaction(pool, async (client) => {
      const result = await work(client);
      reached.commit = true;
      return result;
    });
  } catch (error) {
    throw reached.commit ? new OutcomeUnknown('the rows may have been written', { cause: error }) : error;
  }
}
