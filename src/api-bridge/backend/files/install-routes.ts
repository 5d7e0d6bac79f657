import type { Pool } from '../../db/pool.ts';
import type { Authenticate, BridgeApp } from '../../http/serve-route.ts';
import type { EnqueueIn } from '../../queue/enqueue-port.ts';
import type { StorageProvider } from '../storage/storage-provider.ts';
import { installFileRoutesForPeople } from './file-routes.ts';
import { installFileRoutesForWorkers } from './worker-routes.ts';

export type FileRoutesDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly storage: StorageProvider;
  readonly enqueueIn: EnqueueIn;
  /** The largest upload, and the largest single result. */
  readonly uploadLimitBytes: number;
};

/** Every route of the contract's file table. */
export function installFileRoutes(app: BridgeApp, deps: FileRoutesDeps): void {
  installFileRoutesForPeople(app, deps);
  installFileRoutesForWorkers(app, deps);
}
