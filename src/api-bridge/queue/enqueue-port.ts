import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { Queryable } from '../db/pool.ts';

export type NewJob = {
  readonly id: string;
  readonly declaration: Pick<JobDeclaration, 'name' | 'queue' | 'maxAttempts' | 'timeoutSeconds'>;
  readonly payload: unknown;
  readonly priority?: number;
  readonly startAfter?: Date;
  /** Who a reader of the job is told that enqueued it. */
  readonly producer?: string;
};

/** Enqueues inside the caller's transaction: the job exists exactly when that transaction commits. */
export type EnqueueIn = (client: Queryable, jobs: readonly NewJob[]) => Promise<void>;
