import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** Counts what it does. The sums stand on the API's /metrics, and a measurement never fails the job. */
export const cleanUp = defineJob({
  name: 'examples.clean-up',
  queue: 'maintenance',
  payload: z.object({ folders: z.array(z.string()) }),
  async execute(ctx, { folders }) {
    const startedAt = performance.now();
    for (const folder of folders) {
      ctx.log.info({ folder }, 'cleaning');
      ctx.metrics.counter('examples_folders_cleaned', 1, { folder });
    }
    ctx.metrics.cleanup({ example_folders: folders.length });
    ctx.metrics.timing('examples_clean_up', performance.now() - startedAt);
    return { cleaned: folders.length };
  },
});
