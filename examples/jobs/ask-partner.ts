import { z } from 'zod';
import { defineJob, NonRetryable, Release, RetryAfter } from 'powernode-worker/jobs';

/** Says what becomes of it: never again, later as an attempt, or later as none. */
export const askPartner = defineJob({
  name: 'examples.ask-partner',
  queue: 'integrations',
  payload: z.object({ answer: z.enum(['yes', 'never', 'later', 'closed']) }),
  async execute(ctx, { answer }) {
    if (answer === 'never') throw new NonRetryable('401 unauthorized: the partner knows us no more');
    if (answer === 'later' && ctx.job.attempt === 1) throw new RetryAfter(0, '429 too many requests');
    if (answer === 'closed' && !(await ctx.idempotency.alreadyProcessed(`asked:${ctx.job.id}`))) {
      await ctx.idempotency.markProcessed(`asked:${ctx.job.id}`, 60);
      throw new Release('the partner is closed', 0);
    }
    return { attempt: ctx.job.attempt };
  },
});
