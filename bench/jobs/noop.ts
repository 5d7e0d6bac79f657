import { z } from 'zod';
import { declareJob } from '../../src/contract/catalogue/declare-job.ts';

let told = false;

/** Does nothing: what is left is the cost of the queue. The first run is told, so that the clock can start. */
export const noopJob = {
  ...declareJob({ name: 'bench.noop', queue: 'default', payload: z.looseObject({ n: z.number() }) }),
  execute: () => {
    if (!told) process.stdout.write('first\n');
    told = true;
    return Promise.resolve(undefined);
  },
};
