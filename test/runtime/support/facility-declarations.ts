import { z } from 'zod';
import { declareJob } from '../../../src/contract/catalogue/declare-job.ts';

// What the API is told of the jobs of these tests (WORKER_JOBS); their handlers are the tests' own.

/** Runs with the same payload again and again, which is not what these tests are about. */
export const probe = declareJob({ name: 'test.probe', queue: 'reports', payload: z.looseObject({}), runaway: false });
export const brief = declareJob({ ...probe, name: 'test.brief', queue: 'analytics', timeoutSeconds: 1 });
