import { z } from 'zod';
import { declaredQueue, text } from './fields.ts';
import { minuteBucket, pausedQueue, queueCounts } from './operator.ts';

/** Why an operator does what many will feel: it is never empty, and lands in the audit log. */
export const why = text(4, 500);
export const queueParams = z.object({ name: declaredQueue });

/** A queue with what the last hour says of it. Times are in milliseconds and of a sample of its attempts. */
export const queueView = queueCounts.extend({
  /** Online workers that serve it, and the slots that they have in all. */
  workers: z.number(),
  slots: z.number(),
  /** Attempts that ended well in each of the last 60 minutes, oldest first. */
  perMinute: z.array(z.number()),
  completedHour: z.number(),
  /** Attempts that failed, whether or not another one followed. */
  failedHour: z.number(),
  waitP50Ms: z.number().or(z.undefined()).optional(),
  waitP95Ms: z.number().or(z.undefined()).optional(),
  runP50Ms: z.number().or(z.undefined()).optional(),
  runP95Ms: z.number().or(z.undefined()).optional(),
});
export type QueueView = z.infer<typeof queueView>;

export const queueList = z.object({
  queues: z.array(queueView),
  /** Whether counts are estimates of a large table. */
  estimated: z.boolean(),
});

/** How many attempts took up to `uptoMs`, and longer than the class before. */
const durationClass = z.object({ uptoMs: z.number(), attempts: z.number() });
export type DurationClass = z.infer<typeof durationClass>;

export const queueDetail = z.object({
  queue: queueView,
  minutes: z.array(minuteBucket),
  waits: z.array(durationClass),
  runs: z.array(durationClass),
  /** Its job names, the most frequent failures first. */
  failing: z.array(z.object({ fingerprint: z.string(), name: z.string(), message: z.string(), attempts: z.number() })),
});
export type QueueDetail = z.infer<typeof queueDetail>;

export const pauseRequest = z.object({ reason: why });
export const pauseChanged = z.object({ name: z.string(), paused: pausedQueue.optional() });

/** With `preview` nothing is touched: an operator sees the count before the deed. */
export const purgeRequest = z.object({
  preview: z.boolean().default(false),
  /** The name of the queue, typed once more. */
  confirm: z.string().max(128).optional(),
  reason: why.optional(),
});
export const purged = z.object({
  /** Waiting jobs when the call began; counted up to 100,000. */
  matched: z.number(),
  purged: z.number(),
  /** Whether there are more than one call takes. */
  more: z.boolean(),
});
