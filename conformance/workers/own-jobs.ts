import { z } from 'zod';
import { defineJob } from '../../src/jobs/authoring.ts';
import { whenAborted } from '../../src/process/sleep.ts';

const about = { queue: 'reports', payload: z.looseObject({}) };

/** The three jobs that a worker under test must know, for the runtime of this project. */
export const completes = defineJob({ ...about, name: 'conformance.complete', execute: async () => ({ done: true }) });
export const fails = defineJob({
  ...about,
  name: 'conformance.fail',
  execute: async () => {
    throw new Error('on purpose');
  },
});
export const holds = defineJob({
  ...about,
  name: 'conformance.hold',
  execute: async ({ signal }) => {
    await whenAborted(signal);
    throw signal.reason;
  },
});
