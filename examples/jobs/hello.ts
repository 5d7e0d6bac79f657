import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** The whole of a job. The payload that `execute` gets has passed the schema, and so has what anybody may enqueue. */
export const hello = defineJob({
  name: 'examples.hello',
  queue: 'default',
  payload: z.object({ who: z.string().min(1) }),
  async execute(ctx, { who }) {
    ctx.progress(50, 'thinking');
    ctx.log.info({ who }, 'greeting');
    return { greeting: `Hello, ${who}` };
  },
});
