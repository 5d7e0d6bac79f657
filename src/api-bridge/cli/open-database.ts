import { join } from 'node:path';
import type { Logger } from '../../process/logger.ts';
import { createPool, type Pool } from '../db/pool.ts';
import { findRunningPostgres } from '../embedded/find-running.ts';
import { startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import type { ApiEnv } from '../env.ts';

export type OpenDatabase = { pool: Pool; origin: string; close(): Promise<void> };

/**
 * The database that an API with this environment uses: the given one, the embedded one that runs already, or the embedded
 * one, started for as long as the command takes.
 */
export async function openDatabase(env: ApiEnv, log: Logger): Promise<OpenDatabase> {
  const { url, origin, stop } = await locate(env, log);
  const pool = createPool({ url, max: 4, applicationName: 'powernode-cli' }, log);
  return {
    pool,
    origin,
    close: async () => {
      await pool.end();
      await stop?.();
    },
  };
}

type Located = { url: string; origin: string; stop?: () => Promise<void> };

async function locate(env: ApiEnv, log: Logger): Promise<Located> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, origin: 'DATABASE_URL' };
  const dataDir = join(env.DATA_DIR, 'postgres');
  const running = await findRunningPostgres(dataDir);
  if (running !== undefined) return { url: running, origin: `embedded, running in ${dataDir}` };
  const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => log.debug(line) });
  return { url: postgres.url, origin: `embedded, started in ${dataDir}`, stop: postgres.stop };
}
