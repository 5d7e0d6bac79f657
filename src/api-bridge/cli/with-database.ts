import { join } from 'node:path';
import type { Logger } from '../../process/logger.ts';
import { createPool, type Pool } from '../db/pool.ts';
import { findRunningPostgres } from '../embedded/find-running.ts';
import type { ApiEnv } from '../env.ts';
import { openDatabase, type OpenDatabase } from '../open-database.ts';

export type FoundDatabase = { pool: Pool; origin: string };

/**
 * Runs a command on the database that an API with this environment uses: the given one, the embedded one that a process runs
 * already, or the embedded one, started for as long as the command takes.
 */
export async function withDatabase<Result>(
  env: ApiEnv,
  log: Logger,
  command: (database: FoundDatabase) => Promise<Result>,
): Promise<Result> {
  const { url, origin, close } = await locate(env, log);
  try {
    const pool = createPool({ url, max: 4, applicationName: 'powernode-cli' }, log);
    try {
      return await command({ pool, origin });
    } finally {
      await pool.end();
    }
  } finally {
    await close();
  }
}

async function locate(env: ApiEnv, log: Logger): Promise<OpenDatabase & { origin: string }> {
  if (env.DATABASE_URL === undefined) {
    const running = await findRunningPostgres(join(env.DATA_DIR, 'postgres'));
    if (running !== undefined) return { url: running, origin: 'embedded, running', close: async () => undefined };
  }
  const origin = env.DATABASE_URL === undefined ? 'embedded, started for this command' : 'DATABASE_URL';
  return { ...(await openDatabase(env, log)), origin };
}
