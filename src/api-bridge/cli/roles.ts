import { parseArgs } from 'node:util';
import { createLogger } from '../../process/logger.ts';
import { roleStatements } from '../db/roles.ts';
import { withTransaction } from '../db/transaction.ts';
import type { CommandEnv } from './env.ts';
import { withDatabase } from './with-database.ts';

/**
 * Prints the statements that make PostgreSQL's roles for the api, producers and readers; with `--apply` runs them in one
 * transaction, as whoever DATABASE_URL names.
 */
export async function roles(env: CommandEnv, print: (line: string) => void, args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { apply: { type: 'boolean' }, prefix: { type: 'string', default: 'powernode' } },
  });
  const statements = roleStatements(values.prefix);
  if (values.apply !== true) {
    for (const statement of statements) print(`${statement};`);
    return true;
  }
  const log = createLogger({ name: 'cli', level: 'error' });
  await withDatabase(env.api, log, async ({ pool }) => {
    await withTransaction(pool, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  });
  print(`${values.prefix}_api, ${values.prefix}_producer and ${values.prefix}_readonly may do what they are for`);
  return true;
}
