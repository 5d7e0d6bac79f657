import { join } from 'node:path';
import type { Logger } from '../process/logger.ts';
import { startEmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
import type { ApiEnv } from './env.ts';

export type OpenDatabase = { readonly url: string; close(): Promise<void> };

/** The database of this process: the one that DATABASE_URL names, or an embedded PostgreSQL of its own below DATA_DIR. */
export async function openDatabase(env: Pick<ApiEnv, 'DATABASE_URL' | 'DATA_DIR'>, log: Logger): Promise<OpenDatabase> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, close: async () => undefined };
  const embedded = await startEmbeddedPostgres({
    dataDir: join(env.DATA_DIR, 'postgres'),
    log: (line) => log.debug({ postgres: line.trim() }, 'embedded PostgreSQL'),
  });
  log.info({ port: embedded.port }, 'started the embedded PostgreSQL');
  return { url: embedded.url, close: () => embedded.stop() };
}
