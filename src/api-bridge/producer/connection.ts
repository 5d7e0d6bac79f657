import { z } from 'zod';
import type { RowSource } from '../db/row-source.ts';
import { EnqueueRefused } from './enqueue-refused.ts';

/**
 * The caller's connection: a client or pool of `pg`, or whatever has pg-boss's `executeSql`, such as its adapters for
 * Knex, Kysely, Drizzle and Prisma. The job is part of whatever transaction is open on it.
 */
export type ProducerConnection =
  RowSource | { executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };

export function rowSource(connection: ProducerConnection): RowSource {
  if ('query' in connection) return { query: (text, values) => connection.query(text, values) };
  return { query: (text, values) => connection.executeSql(text, values) };
}

const transactionId = z.object({ id: z.string() });

/** Throws unless two statements in a row belong to one transaction; a pool, or a client without BEGIN, gives them one each. */
export async function assertInTransaction(connection: RowSource): Promise<void> {
  const ask = async () => {
    const { rows } = await connection.query('SELECT pg_current_xact_id()::text AS id');
    return transactionId.parse(rows[0]).id;
  };
  if ((await ask()) === (await ask())) return;
  throw new EnqueueRefused(
    'bad_request',
    'singletonKey: expected a connection inside a transaction, got one that commits each statement',
    { errors: [{ path: 'singletonKey', message: 'expected a connection inside a transaction' }] },
  );
}
