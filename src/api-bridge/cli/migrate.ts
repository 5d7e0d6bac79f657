import { fileURLToPath } from 'node:url';
import type { Logger } from '../../process/logger.ts';
import { applyMigrations } from '../db/migrate.ts';
import { migrateQueue } from '../queue/engine.ts';
import type { CommandEnv } from './env.ts';
import { openDatabase } from './open-database.ts';

export const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** Brings the queue's schema and ours to this version; what is there already is left alone, so it may run again and again. */
export async function migrate(env: CommandEnv, log: Logger, print: (line: string) => void): Promise<boolean> {
  const database = await openDatabase(env.api, log);
  try {
    await migrateQueue(database.pool, log);
    print('queue schema: up to date, every queue declared');
    const applied = await applyMigrations(database.pool, migrationsFolder);
    print(applied.length === 0 ? 'worker_api: up to date' : `worker_api: applied ${applied.join(', ')}`);
    return true;
  } finally {
    await database.close();
  }
}
