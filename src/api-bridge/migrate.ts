import { fileURLToPath } from 'node:url';
import type { Logger } from '../process/logger.ts';
import { applyMigrations, pendingMigrations } from './db/migrate.ts';
import type { Pool } from './db/pool.ts';
import { migrateQueue } from './queue/engine.ts';

/** Beside src and dist alike. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Brings a database up to this version: schema worker_api, pg-boss's schema, the declared queues. Safe to repeat. */
export async function migrate(pool: Pool, log: Logger): Promise<void> {
  const applied = await applyMigrations(pool, MIGRATIONS_FOLDER);
  await migrateQueue(pool, log);
  log.info({ applied }, applied.length === 0 ? 'the database is up to date' : 'migrated the database');
}

/** Refuses a database that this version has not been migrated on, before anything trips over what it lacks. */
export async function expectMigrated(pool: Pool): Promise<void> {
  const pending = await pendingMigrations(pool, MIGRATIONS_FOLDER);
  if (pending.length > 0) throw new Error(`the database lacks migrations (${pending.join(', ')}): run migrate first`);
}
