import { join } from 'node:path';
import { EXIT } from '../process/exit-codes.ts';
import { EnvFault } from '../process/env.ts';
import { keptSecret } from '../process/kept-secret.ts';
import { createLogger, type Logger } from '../process/logger.ts';
import { VERSION } from '../process/version.ts';
import { openLocalStorage } from './backend/storage/local-storage.ts';
import { composeApi } from './compose.ts';
import { createPool } from './db/pool.ts';
import { readApiEnv, type ApiEnv } from './env.ts';
import { expectMigrated, migrate } from './migrate.ts';
import { loadCatalogue } from './jobs/load-catalogue.ts';
import { openDatabase } from './open-database.ts';
import { ensureFirstOperator } from './operators/first-operator.ts';

/** Starts the api process and gives what stops it, in the reverse order of the start. */
async function startApi(env: ApiEnv, log: Logger): Promise<() => Promise<void>> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  };
  try {
    const secret = env.WORKER_SERVICE_TOKEN ?? (await developmentSecret(env));
    const database = await openDatabase(env, log);
    closers.push(() => database.close());
    const pool = createPool({ url: database.url, max: env.DATABASE_POOL, applicationName: 'powernode-api' }, log);
    closers.push(() => pool.end());
    if (env.AUTO_MIGRATE ?? env.NODE_ENV !== 'production') await migrate(pool, log);
    else await expectMigrated(pool);
    await ensureFirstOperator(pool, { email: env.DASHBOARD_EMAIL, password: env.DASHBOARD_PASSWORD }, log);
    const { catalogue, schedules } = await loadCatalogue(env.WORKER_JOBS);
    const storage = await openLocalStorage(join(env.DATA_DIR, 'storage'));
    const api = composeApi({
      env,
      secret,
      databaseUrl: database.url,
      pool,
      storage,
      catalogue,
      schedules,
      version: VERSION,
      log,
    });
    await api.lifecycle.start();
    closers.push(() => api.lifecycle.stop());
    log.info({ port: api.http.port(), host: env.HOST, version: VERSION }, 'the bridge is open');
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function developmentSecret(env: ApiEnv): Promise<string> {
  if (env.NODE_ENV === 'production')
    throw new EnvFault(['WORKER_SERVICE_TOKEN: expected a secret in production, got none']);
  return await keptSecret(env.DATA_DIR, 'worker-service-token');
}

async function main(): Promise<void> {
  const env = readApiEnv();
  const log = createLogger({ name: 'api', level: env.LOG_LEVEL });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected and nobody listened'));
  let stopping = false;
  const starting = startApi(env, log);
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(EXIT.failed);
    stopping = true;
    log.info({ signal }, 'stopping; once more stops at once');
    void starting
      .then((stop) => stop())
      .then(
        () => process.exit(EXIT.ok),
        (error: unknown) => {
          log.error({ err: error }, 'could not stop cleanly');
          process.exit(EXIT.failed);
        },
      );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  await starting;
}

main().catch((error: unknown) => {
  process.stderr.write(`api: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof EnvFault ? EXIT.misconfigured : EXIT.failed);
});
