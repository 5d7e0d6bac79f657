import { z } from 'zod';
import { declareJob } from '../../../src/contract/catalogue/declare-job.ts';

const payload = z.looseObject({});
const job = (name: string, terms: object) => ({
  ...declareJob({ name, queue: 'default', payload, runaway: false, ...terms }),
  execute: () => Promise.resolve(undefined),
});

/**
 * Jobs that enqueue others, told to an API by WORKER_JOBS; the tests play the worker that runs them. The guard against
 * loops would end them before the bounds of a family do.
 */
export const self = job('spawn.self', { grants: ['children'] });
export const narrow = job('spawn.narrow', { grants: ['children'], spawn: { perAttempt: 3, perRootMinute: 5 } });
export const childless = job('spawn.childless', {});
