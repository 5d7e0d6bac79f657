import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** Sends a mail once, however often the job is enqueued and retried: the mark holds across the fleet for a week. */
export const welcomeMail = defineJob({
  name: 'examples.welcome-mail',
  queue: 'email',
  payload: z.object({ userId: z.string(), address: z.email() }),
  async execute(ctx, { userId, address }) {
    const { ran, value } = await ctx.idempotency.once(
      `welcome:${userId}`,
      async () => {
        ctx.log.info({ address }, 'sending the welcome mail');
        return { messageId: `${userId}@mail` };
      },
      { ttlSeconds: 7 * 86_400 },
    );
    return { sent: ran, messageId: value.messageId };
  },
});
