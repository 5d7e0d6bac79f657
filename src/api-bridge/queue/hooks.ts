import type { Failure } from '../../contract/settlement.ts';
import type { Queryable } from '../db/pool.ts';

/** A job that has reached its end, told inside the transaction that ends it. */
export type EndedJob = {
  readonly queue: string;
  readonly jobId: string;
  readonly name: string;
  readonly state: 'completed' | 'failed' | 'cancelled';
  /** The attempt that ended it; absent when nobody ran it. */
  readonly retryCount?: number;
  readonly error?: Failure;
};

/** A failed or cancelled job that somebody gives another attempt. */
export type RevivedJob = { readonly queue: string; readonly jobId: string; readonly name: string };

/**
 * What the API's own domains want to know about the jobs they enqueued. Both run inside the transaction, so that
 * the domain's row and the job's state never disagree; what they throw undoes the settle.
 */
export type JobHooks = {
  /** Names of the jobs that the hooks want to hear of; others cost nothing. */
  readonly names: ReadonlySet<string>;
  ended(client: Queryable, jobs: readonly EndedJob[]): Promise<void>;
  revived(client: Queryable, job: RevivedJob): Promise<void>;
};
