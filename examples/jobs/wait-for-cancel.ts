import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** Hands its signal on, so that a cancel ends it within a second. */
export const waitForCancel = defineJob({
  name: 'examples.wait-for-cancel',
  queue: 'default',
  payload: z.object({}),
  timeoutSeconds: 60,
  async execute(ctx) {
    ctx.progress(1, 'waiting');
    await sleep(50_000, undefined, { signal: ctx.signal });
    return { waited: true };
  },
});
