import type { PoolClient } from 'pg';
import type { Pool } from './pool.ts';

/**
 * Runs `work` in one transaction: commits when it resolves, rolls back when it throws. When the connection broke, the
 * client is thrown away; a break during COMMIT leaves the outcome unknown to the caller, who must ask or repeat safely.
 */
export async function withTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = await rollBack(client);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
