import { createLogger } from '../../process/logger.ts';
import { MIGRATIONS_FOLDER, migrate as migrateDatabase } from '../migrate.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { CommandEnv } from './env.ts';
import { withDatabase } from './with-database.ts';

/** Brings the queue's schema and ours to this version; what is there already is left alone, so it may run again and again. */
export async function migrate(env: CommandEnv, print: (line: string) => void): Promise<boolean> {
  const log = createLogger({ name: 'cli', level: 'error' });
  await withDatabase(env.api, log, async ({ pool }) => {
    const pending = await pendingMigrations(pool, MIGRATIONS_FOLDER);
    await migrateDatabase(pool, log);
    print(pending.length === 0 ? 'worker_api: up to date' : `worker_api: applied ${pending.join(', ')}`);
    print('queue schema: up to date, every queue declared');
  });
  return true;
}
