import { join } from 'node:path';
import type { Logger } from '../process/logger.ts';
import { sleep } from '../process/sleep.ts';
import { EmbeddedPostgresError } from './embedded/embedded-error.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
import type { ApiEnv } from './env.ts';

export type OpenDatabase = { readonly url: string; close(): Promise<void> };

/** The database of this process: the one that DATABASE_URL names, or an embedded PostgreSQL of its own below DATA_DIR. */
export async function openDatabase(env: Pick<ApiEnv, 'DATABASE_URL' | 'DATA_DIR'>, log: Logger): Promise<OpenDatabase> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, close: async () => undefined };
  const embedded = await startPatiently(join(env.DATA_DIR, 'postgres'), log);
  log.info({ port: embedded.port }, 'started the embedded PostgreSQL');
  return { url: embedded.url, close: () => embedded.stop() };
}

const PATIENCE_MS = 10_000;

/** A predecessor that was told to stop may still be closing its PostgreSQL; it gets a moment before this is refused. */
async function startPatiently(dataDir: string, log: Logger): Promise<EmbeddedPostgres> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await startEmbeddedPostgres({
        dataDir,
        log: (line) => log.debug({ postgres: line.trim() }, 'embedded PostgreSQL'),
      });
    } catch (error) {
      const isTaken = error instanceof EmbeddedPostgresError && error.problem === 'data_dir_in_use';
      if (!isTaken || performance.now() - startedAt > PATIENCE_MS) throw error;
      await sleep(250);
    }
  }
}
