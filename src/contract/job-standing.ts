import { z } from 'zod';
import { jsonObject, text, timestamp } from './fields.ts';

/** What surrounds one job: the gates that it has to pass, what is before it, and how others of its name did. */
export const jobStanding = z.object({
  paused: z.object({ at: timestamp, by: z.string(), reason: z.string() }).optional(),
  /** What its declaration asks for. */
  requires: z.object({
    labels: z.record(z.string(), z.string()).optional(),
    /** How many of one key run at once. */
    perKey: z.number().optional(),
    circuit: z.string().optional(),
    timeoutSeconds: z.number().optional(),
  }),
  /** Jobs of its key that run now, while it waits for one of them. */
  keyRunning: z.number().optional(),
  /** Ready jobs of its queue that are claimed before it; up to 1,000 are counted. */
  ahead: z.number(),
  aheadMore: z.boolean(),
  /** Attempts that ended in its queue each minute, over the last ten. */
  perMinute: z.number(),
  schedule: z.object({ name: z.string(), fireTime: timestamp, trigger: z.enum(['clock', 'hand']) }).optional(),
  /** Where it stands among jobs that enqueue each other; the root is the first of them. */
  lineage: z.object({ root: z.string(), parent: z.string().optional(), depth: z.number() }).optional(),
  /** Attempts of its name that ended last, oldest first, with how long they ran. */
  runs: z.array(z.object({ outcome: z.enum(['completed', 'failed', 'lost']), ranMs: z.number() })),
});
export type JobStanding = z.infer<typeof jobStanding>;

const why = { reason: text(4, 500) };
export const withReason = z.object(why);
/** Without a payload the job's own is taken; marks of hidden values are filled with what they hide. */
export const repeatRequest = z.object({ payload: jsonObject.optional(), ...why });
export const repeated = z.object({ id: z.string(), queue: z.string(), name: z.string() });
