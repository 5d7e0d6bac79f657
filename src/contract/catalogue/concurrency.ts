/** How many runs of a job there may be at once. */
export type Concurrency = {
  /** On one worker; what it has claimed beyond waits there for its turn. */
  readonly perWorker?: number;
  /** Over all workers and API replicas, of jobs with the same key. */
  readonly perKey?: {
    /** A field of the payload (`account_id`, `repository.id`), or what gives the key. Jobs without one are not limited. */
    readonly key: string | ((payload: never) => string | undefined);
    readonly limit: number;
  };
};
