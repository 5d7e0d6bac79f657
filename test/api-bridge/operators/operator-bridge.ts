import { CATALOGUE, createCatalogue } from '../../../src/contract/catalogue/index.ts';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { installJobSearch } from '../../../src/api-bridge/admin/install-search.ts';
import { installAdminRoutes } from '../../../src/api-bridge/admin/routes.ts';
import { createAuthenticate } from '../../../src/api-bridge/auth/authenticate.ts';
import { createSealer } from '../../../src/api-bridge/auth/sealer.ts';
import { createServiceTokenVerifier } from '../../../src/api-bridge/auth/verify-service-token.ts';
import { applyMigrations } from '../../../src/api-bridge/db/migrate.ts';
import { createPool, type Pool } from '../../../src/api-bridge/db/pool.ts';
import { createErrorHandler } from '../../../src/api-bridge/http/error-handler.ts';
import type { BridgeApp } from '../../../src/api-bridge/http/serve-route.ts';
import { writeWholeAnswers } from '../../../src/api-bridge/http/write-whole.ts';
import { hashPassword } from '../../../src/api-bridge/operators/password.ts';
import { installOperatorRoutes } from '../../../src/api-bridge/operators/routes.ts';
import { createSessions } from '../../../src/api-bridge/operators/sessions.ts';
import { migrateQueue } from '../../../src/api-bridge/queue/engine.ts';
import type { Role } from '../../../src/contract/operator.ts';
import { createBridgeClient, type BridgeClient } from '../../../src/process/bridge-client.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { createDatabase } from '../../support/postgres.ts';

export const SECRET = 'a secret of the tests, long enough for HS256';

export type OperatorBridge = {
  readonly url: string;
  readonly pool: Pool;
  /** Speaks as worker `w1`, as the web process does when somebody signs in. */
  readonly client: BridgeClient;
  addOperator(email: string, password: string, role?: Role): Promise<void>;
  stop(): Promise<void>;
};

/** Operators' and admin routes over real HTTP and a real PostgreSQL; nothing else of the API. */
export async function startOperatorBridge(exactBelowBytes?: number): Promise<OperatorBridge> {
  const database = await createDatabase();
  const log = createLogger({ name: 'test', level: 'silent' });
  const pool = createPool({ url: database.url, max: 10, applicationName: 'test' }, log);
  await applyMigrations(pool, 'migrations');
  await migrateQueue(pool, log);

  const secrets = { current: SECRET };
  const sessions = createSessions(pool);
  const catalogue = createCatalogue(CATALOGUE);
  const authenticate = createAuthenticate({
    pool,
    sealer: createSealer(secrets),
    catalogue,
    verifyServiceToken: createServiceTokenVerifier({ secrets }),
    findSession: sessions.find,
  });
  const app: BridgeApp = new Hono();
  app.use(writeWholeAnswers);
  app.onError(createErrorHandler(log));
  installOperatorRoutes(app, { pool, authenticate, sessions });
  const { readCounts } = installAdminRoutes(app, {
    pool,
    authenticate,
    catalogue,
    ...(exactBelowBytes === undefined ? {} : { exactBelowBytes }),
  });
  installJobSearch(app, { pool, authenticate, catalogue, readCounts });

  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createBridgeClient({
    baseUrl: url,
    userAgent: 'test',
    token: createTokenSource(SECRET, { type: 'worker', sub: 'w1' }),
  });
  return {
    url,
    pool,
    client,
    async addOperator(email, password, role = 'operator') {
      await pool.query(
        'INSERT INTO worker_api.operator (id, email, password_hash, role) VALUES (gen_random_uuid(), $1, $2, $3)',
        [email, await hashPassword(password), role],
      );
    },
    async stop() {
      await client.close();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
      await database.drop();
    },
  };
}
