import type { Logger } from '../../../process/logger.ts';
import type { Service } from '../../../process/lifecycle.ts';
import type { BridgeApp } from '../../http/serve-route.ts';
import type { Engine } from '../../queue/engine.ts';
import { installBulkRoutes, type BulkRoutesDeps } from './routes.ts';
import { createBulkRunner } from './runner.ts';

type BulkDeps = BulkRoutesDeps & { readonly engine: Engine; readonly log: Logger };

/** Doing something to many jobs: the routes that ask for it, and the service that does it. */
export function installBulk(app: BridgeApp, { engine, log, ...routes }: BulkDeps): readonly Service[] {
  installBulkRoutes(app, routes);
  const { retry, cancel, deleteMany, moveMany, prioritiseMany } = engine;
  return [createBulkRunner({ pool: routes.pool, deeds: { retry, cancel, deleteMany, moveMany, prioritiseMany }, log })];
}
