import type { PayloadKey } from './payload-key.ts';

/** How many runs of a job there may be at once. */
export type Concurrency = {
  /** On one worker; what it has claimed beyond waits there for its turn. */
  readonly perWorker?: number;
  /** Over all workers and API replicas, of jobs with the same key. A job whose payload has no key is not limited. */
  readonly perKey?: { readonly key: PayloadKey; readonly limit: number };
};
