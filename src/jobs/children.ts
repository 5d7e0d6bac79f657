import type { z } from 'zod';
import type { JobDeclaration } from '../contract/catalogue/declare-job.ts';
import type { Enqueued } from '../contract/job.ts';

export type ChildOptions = {
  readonly delaySeconds?: number;
  readonly priority?: number;
  readonly group?: string;
  readonly singletonKey?: string;
  /** The same key enqueues once, over all attempts of this job; without it, each call enqueues, though it is repeated. */
  readonly key?: string;
};

/**
 * Enqueues a job from within one, for which its definition needs the grant `children`. The child belongs to the family
 * of this job, whose depth and growth are bounded: beyond, the call fails with `lineage_too_deep`, `too_many_children`
 * or `spawning_too_fast`.
 */
export type EnqueueChild = <Payload extends z.ZodType>(
  job: Pick<JobDeclaration<Payload>, 'name'>,
  payload: z.input<Payload>,
  options?: ChildOptions,
) => Promise<Enqueued>;
