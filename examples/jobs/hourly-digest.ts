import { defineJob, defineSchedule } from 'powernode-worker/jobs';
import { z } from 'zod';

/** A job of its own, and a schedule beside it: whoever exports both needs to tell nobody else. */
export const digest = defineJob({
  name: 'examples.digest',
  queue: 'reports',
  payload: z.object({ hours: z.number().int().min(1).default(1) }),
  async execute(ctx, { hours }) {
    ctx.log.info({ hours }, 'writing the digest');
    return { hours };
  },
});

/**
 * Five past every hour in Berlin, whatever its clocks do. When the API was away, the newest missed run is made up for;
 * while a digest is still being written, the next one stays away.
 */
export const hourlyDigest = defineSchedule({
  name: 'examples.hourly-digest',
  description: 'Write the digest of the last hour',
  cron: '5 * * * *',
  timeZone: 'Europe/Berlin',
  job: digest,
  payload: { hours: 1 },
  missed: 'once',
  overlap: 'skip',
  jitterSeconds: 30,
});
