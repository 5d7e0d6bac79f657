import { z } from 'zod';
import { defineJob, RetryAfter } from 'powernode-worker/jobs';

/** Charges once, although the parcel service is down at the first try: what a step gave is read by later attempts. */
export const placeOrder = defineJob({
  name: 'examples.place-order',
  queue: 'services',
  payload: z.object({ orderId: z.string() }),
  async execute(ctx, { orderId }) {
    const charge = await ctx.step.run('charge', async () => ({ id: `charge-${orderId}`, attempt: ctx.job.attempt }));
    ctx.progress(50, 'charged');
    const parcel = await ctx.step.run('parcel', async () => {
      if (ctx.job.attempt === 1) throw new RetryAfter(0, 'the parcel service is closed');
      return `parcel-${orderId}`;
    });
    const steps = await ctx.steps();
    return { charge, parcel, steps: steps.map(({ name }) => name) };
  },
});
