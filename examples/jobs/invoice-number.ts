import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** Works on one account at a time: whoever finds the lock taken waits for up to 30 s, then goes back unburnt. */
export const invoiceNumber = defineJob({
  name: 'examples.invoice-number',
  queue: 'billing',
  payload: z.object({ accountId: z.string(), workMs: z.number().default(50) }),
  execute: (ctx, { accountId, workMs }) =>
    ctx.lock(`invoices:${accountId}`, { ttlSeconds: 60, waitSeconds: 30 }, async (signal) => {
      const startedAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, workMs));
      signal.throwIfAborted();
      return { startedAt, endedAt: Date.now() };
    }),
});
