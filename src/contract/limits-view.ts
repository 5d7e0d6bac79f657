import { z } from 'zod';
import { text, timestamp } from './fields.ts';
import { HOLD_CODES, holdKind } from './hold.ts';

/** A reason for which jobs stand aside, and how many do. */
export const holdView = z.object({
  kind: holdKind,
  code: z.enum(HOLD_CODES),
  key: z.string(),
  /** The job that it is about. */
  name: z.string(),
  /** Only of a reason that holds in one queue. */
  queue: z.string().optional(),
  since: timestamp,
  until: timestamp.optional(),
  /** Jobs that wait; counted up to 10,000. */
  waiting: z.number(),
  /** Jobs of the key that run now, and the most that may; of kind concurrency. */
  running: z.number().optional(),
  limit: z.number().optional(),
  /** Of a ban: the executions that brought it about, in how long, and the job that it met first. */
  executions: z.number().optional(),
  windowSeconds: z.number().optional(),
  jobId: z.string().optional(),
});
export type HoldView = z.infer<typeof holdView>;

/** Children that were refused to the jobs of one root. */
export const lineageStop = z.object({
  root: z.string(),
  kind: z.enum(['depth', 'attempt', 'root']),
  name: z.string(),
  depth: z.number(),
  refused: z.number(),
  firstAt: timestamp,
  lastAt: timestamp,
});

export const limitsView = z.object({
  /** The guard against loops: whom it guards, and the terms of a definition that says none of its own. */
  runaway: z.object({
    mode: z.enum(['off', 'declared', 'all']),
    perMinute: z.number(),
    perFiveMinutes: z.number(),
    banSeconds: z.number(),
    delaySeconds: z.number(),
  }),
  holds: z.array(holdView),
  lineageStops: z.array(lineageStop),
});
export type LimitsView = z.infer<typeof limitsView>;

export const liftRequest = z.object({ key: text(1, 300), reason: text(1, 500) });
export const lifted = z.object({
  key: z.string(),
  /** Jobs that came back. */
  released: z.number(),
});
