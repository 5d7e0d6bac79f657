import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob, NonRetryable, Release, RetryAfter } from '../../src/jobs/authoring.ts';

type Fate = 'completes' | 'fails' | 'fails for good' | 'is released';

/** How a run ends, decided by the mark in the payload, so that every worker and every seed agree. */
export function fateOfJob(n: number, attempt: number, calm = false): Fate {
  const dice = (n * 7919 + attempt * 104_729) % 100;
  if (calm || dice < 88) return 'completes';
  if (dice < 94) return 'fails';
  if (dice < 96) return 'fails for good';
  return attempt > 3 ? 'completes' : 'is released';
}

/** What real workers run in a chaos run: work under the idempotency helper, then one of the four ends. */
export const effectJob = defineJob({
  name: 'chaos.effect',
  queue: 'default',
  maxAttempts: 6,
  payload: z.object({ n: z.number(), workMs: z.number().default(0), calm: z.boolean().default(false) }),
  async execute(ctx, { n, workMs, calm }) {
    const effect = ctx.idempotency.once(`effect-${ctx.job.id}`, async () => {
      await pause(workMs);
      return randomUUID();
    });
    const { value } = await effect.catch((error: unknown) => {
      if (ctx.signal.aborted || calm || error instanceof Release) throw error;
      // The standard policy waits half a minute after such an error, which a short run has no time for.
      throw new RetryAfter(1, 'the wire was cut', { cause: error });
    });
    switch (fateOfJob(n, ctx.job.attempt, calm)) {
      case 'fails':
        throw new RetryAfter(1, 'as the dice fell', { code: 'by_dice' });
      case 'fails for good':
        throw new NonRetryable('as the dice fell', { code: 'for_good' });
      case 'is released':
        // A job that is always released would never end.
        if (Math.random() < 0.5) throw new Release('as the dice fell');
        break;
      case 'completes':
    }
    return { mark: value };
  },
});
