import { z } from 'zod';
import { declareJob } from '../../src/contract/catalogue/declare-job.ts';

/** Does nothing: what is left is the cost of the queue. */
export const noopJob = {
  ...declareJob({ name: 'bench.noop', queue: 'default', payload: z.looseObject({ n: z.number() }) }),
  execute: () => Promise.resolve(undefined),
};
