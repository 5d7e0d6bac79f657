import type { Pool } from '../../db/pool.ts';
import type { Authenticate } from '../../http/serve-route.ts';
import type { EnqueueIn } from '../../queue/enqueue-port.ts';
import type { StorageProvider } from '../storage/storage-provider.ts';

/** What the file routes are given. */
export type FileRoutesDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly storage: StorageProvider;
  readonly enqueueIn: EnqueueIn;
  /** The largest upload, and the largest single result. */
  readonly uploadLimitBytes: number;
};
