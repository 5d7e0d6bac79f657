import type { BridgeApp } from '../../http/serve-route.ts';
import { installFileRoutesForPeople } from './file-routes.ts';
import type { FileRoutesDeps } from './file-routes-deps.ts';
import { installFileRoutesForWorkers } from './worker-routes.ts';

/** Every route of the contract's file table. */
export function installFileRoutes(app: BridgeApp, deps: FileRoutesDeps): void {
  installFileRoutesForPeople(app, deps);
  installFileRoutesForWorkers(app, deps);
}
