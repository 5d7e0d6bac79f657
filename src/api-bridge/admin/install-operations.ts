import type { Logger } from '../../process/logger.ts';
import type { Service } from '../../process/lifecycle.ts';
import type { Pool } from '../db/pool.ts';
import type { Authenticate, BridgeApp } from '../http/serve-route.ts';
import type { Engine } from '../queue/engine.ts';
import type { Counts } from './counts.ts';
import { installDeadLetterRoutes } from './dead-letters/routes.ts';
import { installFailureRoutes } from './failures/routes.ts';
import { installQueueRoutes } from './queues/routes.ts';
import { createRollups } from './rollups/rollup-service.ts';

export type OperationsDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readCounts(): Promise<Counts>;
  readonly log: Logger;
};

/** What operators see and do of queues and failures, and the service that keeps its sums. */
export function installOperations(app: BridgeApp, { pool, authenticate, engine, readCounts, log }: OperationsDeps) {
  const { announcePause, refreshPaused, purge, retry, discard } = engine;
  installQueueRoutes(app, { pool, authenticate, readCounts, announcePause, refreshPaused, purge });
  installFailureRoutes(app, { pool, authenticate, retry, discard });
  installDeadLetterRoutes(app, { pool, authenticate, retry, discard });
  return [createRollups({ pool, log })] satisfies Service[];
}
