import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/api-bridge/app.ts';
import { createAuthenticate } from '../../../src/api-bridge/auth/authenticate.ts';
import type { AttemptRef } from '../../../src/api-bridge/auth/principal.ts';
import { createSealer } from '../../../src/api-bridge/auth/sealer.ts';
import { createServiceTokenVerifier } from '../../../src/api-bridge/auth/verify-service-token.ts';
import { createProgressStore } from '../../../src/api-bridge/backend/attempt-plane/progress-store.ts';
import { installAttemptPlaneRoutes } from '../../../src/api-bridge/backend/attempt-plane/install-routes.ts';
import { installFileRoutes } from '../../../src/api-bridge/backend/files/install-routes.ts';
import { createFileHooks } from '../../../src/api-bridge/backend/files/job-hooks.ts';
import { openLocalStorage } from '../../../src/api-bridge/backend/storage/local-storage.ts';
import type { StorageProvider } from '../../../src/api-bridge/backend/storage/storage-provider.ts';
import { createPool } from '../../../src/api-bridge/db/pool.ts';
import { createHttpService } from '../../../src/api-bridge/http/http-service.ts';
import { migrate } from '../../../src/api-bridge/migrate.ts';
import { createBoss } from '../../../src/api-bridge/queue/boss.ts';
import { cancelJob, retryJob } from '../../../src/api-bridge/queue/change-job.ts';
import { createEnqueuer } from '../../../src/api-bridge/queue/enqueue.ts';
import type { EnqueueIn } from '../../../src/api-bridge/queue/enqueue-port.ts';
import { createLeaseBook } from '../../../src/api-bridge/queue/lease-book.ts';
import { createSettler } from '../../../src/api-bridge/queue/settle.ts';
import { CATALOGUE, createCatalogue } from '../../../src/contract/catalogue/index.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { mintServiceToken } from '../../../src/process/service-token.ts';
import { createDatabase } from '../../support/postgres.ts';
import { createCaller } from './caller.ts';

export type Bridge = Awaited<ReturnType<typeof openBridge>>;

export type BridgeOptions = {
  readonly uploadLimitBytes?: number;
  /** Puts something between the routes and the real storage. */
  readonly wrapStorage?: (storage: StorageProvider) => StorageProvider;
  readonly wrapEnqueue?: (enqueueIn: EnqueueIn) => EnqueueIn;
};

/** The data plane as the api process serves it: real PostgreSQL, real pg-boss, real files, real HTTP. */
export async function openBridge(options: BridgeOptions = {}) {
  const log = createLogger({ name: 'test', level: 'silent' });
  const database = await createDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'powernode-storage-'));
  const pool = createPool({ url: database.url, max: 12, applicationName: 'test' }, log);
  await migrate(pool, log);
  const boss = createBoss(pool, { migrate: false }, log);
  await boss.start();

  const secrets = { current: randomBytes(32).toString('hex') };
  const sealer = createSealer(secrets);
  const catalogue = createCatalogue(CATALOGUE);
  const authenticate = createAuthenticate({
    pool,
    sealer,
    catalogue,
    verifyServiceToken: createServiceTokenVerifier({ secrets }),
    findSession: async () => undefined,
  });
  const disk = await openLocalStorage(folder);
  const storage = options.wrapStorage?.(disk) ?? disk;
  const realEnqueueIn = createEnqueuer(boss, pool).enqueueIn;
  const enqueueIn = options.wrapEnqueue?.(realEnqueueIn) ?? realEnqueueIn;
  const progress = createProgressStore(pool, log);
  const app = createApp(log, '0.0.0');
  const uploadLimitBytes = options.uploadLimitBytes ?? 8 * 1024 * 1024;
  installFileRoutes(app, { authenticate, pool, storage, enqueueIn, uploadLimitBytes });
  installAttemptPlaneRoutes(app, { authenticate, pool, progress });
  const http = createHttpService(app, { port: 0, host: '127.0.0.1', quiet: () => undefined, log });
  await http.start();

  const hooks = createFileHooks();
  const failing = { boss, pool, hooks, catalogue };
  const changing = { ...failing, holder: () => undefined };
  const url = `http://127.0.0.1:${http.port()}`;
  return {
    url,
    folder,
    pool,
    boss,
    hooks,
    storage,
    enqueueIn: realEnqueueIn,
    progress,
    log,
    call: createCaller(url),
    producer: await mintServiceToken(secrets.current, { type: 'producer', sub: 'shop' }),
    tokenFor: (identity: Parameters<typeof mintServiceToken>[1]) => mintServiceToken(secrets.current, identity),
    attemptToken: (ref: AttemptRef) => sealer.seal('attempt', ref),
    settle: createSettler(failing, createLeaseBook(5_000), pool),
    cancel: (id: string) => cancelJob(changing, { queue: 'file_processing', id }),
    retry: (id: string) => retryJob(changing, { queue: 'file_processing', id }),
    async close() {
      await http.stop();
      await boss.stop({ graceful: false, close: false });
      await pool.end();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
