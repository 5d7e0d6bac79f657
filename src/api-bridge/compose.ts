import type { Catalogue } from '../contract/catalogue/index.ts';
import type { ScheduleDeclaration } from '../contract/schedules/declare-schedule.ts';
import { installBulk } from './admin/bulk/install.ts';
import { installOperations } from './admin/install-operations.ts';
import { installJobSearch } from './admin/install-search.ts';
import { installLimitRoutes } from './admin/limits/routes.ts';
import { installRetryFailedRoute } from './admin/retry-failed.ts';
import { installAdminRoutes } from './admin/routes.ts';
import { installStandingRoutes } from './admin/standing/routes.ts';
import { installStreamRoute } from './admin/stream/routes.ts';
import { installAuditRoutes } from './audit/routes.ts';
import { createSealKey } from './audit/seal-key.ts';
import { createAuditSealer } from './audit/sealer.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { createSealer } from './auth/sealer.ts';
import { readTokenTrust } from './auth/token-trust.ts';
import { createServiceTokenVerifier } from './auth/verify-service-token.ts';
import { createApp } from './app.ts';
import { createProgressStore } from './backend/attempt-plane/progress-store.ts';
import { createAttemptPlaneRetention } from './backend/attempt-plane/retention.ts';
import { installAttemptPlaneRoutes } from './backend/attempt-plane/install-routes.ts';
import { installFileRoutes } from './backend/files/install-routes.ts';
import { createFileHooks } from './backend/files/job-hooks.ts';
import { createReconciler } from './backend/files/reconcile.ts';
import { createStorageSweep } from './backend/files/storage-sweep.ts';
import { installMetricRoutes } from './backend/metrics/install-routes.ts';
import { createMetricRetention } from './backend/metrics/retention.ts';
import type { StorageProvider } from './backend/storage/storage-provider.ts';
import type { Pool } from './db/pool.ts';
import { describeApiEnv, type ApiEnv } from './env.ts';
import { createHttpService, type HttpService } from './http/http-service.ts';
import { readOidc } from './oidc/oidc-env.ts';
import { installOidcRoutes } from './oidc/routes.ts';
import { installOperatorRoutes } from './operators/routes.ts';
import { createSessions } from './operators/sessions.ts';
import { createEngine } from './queue/engine.ts';
import { installChildrenRoute } from './routes/children.ts';
import { installClaimRoutes } from './routes/claims.ts';
import { installHealthRoutes } from './routes/health.ts';
import { installJobRoutes } from './routes/jobs.ts';
import { installJwksRoute } from './routes/jwks.ts';
import { installSettleRoutes } from './routes/settles.ts';
import { installWorkerRoutes } from './routes/workers.ts';
import { installScheduleRoutes } from './schedules/routes.ts';
import { createScheduler } from './schedules/scheduler.ts';
import { foldCircuits } from './workers/fleet-circuits.ts';
import { installSettingsRoute } from './settings/routes.ts';
import { createWorkerKeeper } from './workers/keeper.ts';
import { createWorkerRegistry } from './workers/registry.ts';
import { createWorkerSignals } from './workers/signals.ts';
import { createLifecycle, type Service } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';

export type ApiParts = {
  readonly storage: StorageProvider;
  readonly env: ApiEnv;
  readonly secret: string;
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readonly schedules: readonly ScheduleDeclaration[];
  readonly version: string;
  readonly log: Logger;
};

export type Api = { readonly lifecycle: Service; readonly http: HttpService };

/** Puts the api process together: one place that knows every part. Nothing runs until the lifecycle starts. */
export function composeApi({
  env,
  secret,
  databaseUrl,
  pool,
  storage,
  catalogue,
  schedules,
  version,
  log,
}: ApiParts): Api {
  const trust = readTokenTrust(env, secret, log);
  const sealer = createSealer(trust.secrets);
  const sessions = createSessions(pool);
  const authenticate = createAuthenticate({
    pool,
    sealer,
    catalogue,
    verifyServiceToken: createServiceTokenVerifier(trust),
    findSession: sessions.find,
  });
  const engine = createEngine({
    databaseUrl,
    pool,
    hooks: createFileHooks(),
    catalogue,
    leaseSeconds: env.LEASE_SECONDS,
    confirmSeconds: env.CONFIRM_SECONDS,
    runawayGuard: env.RUNAWAY_GUARD,
    log,
  });
  const registry = createWorkerRegistry(pool);
  const fleetCircuits = async () => foldCircuits(await registry.list());
  const { holder } = engine;
  const signals = createWorkerSignals({ databaseUrl, pool, holder, forget: registry.forget, log });
  const intervals = {
    heartbeatSeconds: env.HEARTBEAT_SECONDS,
    claimWaitSeconds: env.CLAIM_WAIT_SECONDS,
    confirmSeconds: env.CONFIRM_SECONDS,
    leaseSeconds: env.LEASE_SECONDS,
  };

  const progress = createProgressStore(pool, log);
  const auditSealer = createAuditSealer({ pool, key: createSealKey(trust.secrets), log });

  const app = createApp(log, version);
  installWorkerRoutes(app, {
    authenticate,
    engine,
    registry,
    sealer,
    intervals,
    pool,
    signals,
    progress: progress.set,
  });
  installClaimRoutes(app, { authenticate, engine, registry, sealer, catalogue, leaseSeconds: env.LEASE_SECONDS });
  installSettleRoutes(app, { authenticate, engine, sealer });
  installAttemptPlaneRoutes(app, { authenticate, pool, progress });
  installMetricRoutes(app, { authenticate, pool });
  installFileRoutes(app, {
    authenticate,
    pool,
    storage,
    enqueueIn: engine.enqueue.enqueueIn,
    uploadLimitBytes: env.UPLOAD_LIMIT_BYTES,
  });
  installChildrenRoute(app, { authenticate, catalogue, pool, enqueueIn: engine.enqueue.oneIn });
  installJobRoutes(app, { authenticate, engine, catalogue, pool, progress: progress.latest });
  installOperatorRoutes(app, { pool, authenticate, sessions });
  installOidcRoutes(app, { pool, authenticate, sessions, oidc: readOidc(env), log });
  installAuditRoutes(app, { pool, authenticate, sealer: auditSealer });
  const { readCounts, readOverview } = installAdminRoutes(app, { pool, authenticate, catalogue });
  const operations = installOperations(app, { pool, authenticate, engine, readCounts, log });
  installJobSearch(app, { pool, authenticate, catalogue, readCounts });
  const streams = installStreamRoute(app, { pool, authenticate, readOverview, log });
  installStandingRoutes(app, { pool, authenticate, catalogue, engine });
  const bulk = installBulk(app, { pool, authenticate, catalogue, readCounts, engine, log });
  installLimitRoutes(app, { pool, authenticate, runawayGuard: env.RUNAWAY_GUARD, liftBan: engine.liftBan });
  installRetryFailedRoute(app, { pool, authenticate, retry: engine.retry });
  const scheduling = { pool, catalogue, enqueueIn: engine.enqueue.enqueueIn, enabled: env.SCHEDULES_ENABLED };
  installScheduleRoutes(app, { ...scheduling, authenticate });
  installSettingsRoute(app, { pool, authenticate, version, describeEnv: () => describeApiEnv(secret) });
  installJwksRoute(app, trust.keys);
  installHealthRoutes(app, {
    authenticate,
    engine,
    pool,
    circuits: fleetCircuits,
    version,
    metricsToken: env.METRICS_TOKEN,
    log,
  });

  const quiet = () => {
    engine.dismiss();
    signals.dismissAll();
    streams.end();
  };
  const http = createHttpService(app, { port: env.PORT, host: env.HOST, quiet, log });
  const keeper = createWorkerKeeper({ registry, offlineSeconds: env.OFFLINE_SECONDS, dismiss: engine.dismiss, log });
  const upkeep = [
    progress,
    keeper,
    createReconciler({ pool, log }),
    createScheduler({ ...scheduling, declarations: schedules, cancelIn: engine.cancelIn, log }),
    ...createStorageSweep({ pool, storage, log }),
    createAttemptPlaneRetention({ pool, log }),
    createMetricRetention({ pool, log }),
    ...operations,
    ...bulk,
    auditSealer,
  ];
  return { http, lifecycle: createLifecycle([...engine.services, signals.listener, ...upkeep, http], log) };
}
