import { z } from 'zod';
import { jobState, text, timestamp } from './fields.ts';
import { workerView } from './worker.ts';

export const role = z.enum(['viewer', 'operator', 'admin']);
/** Each role may do what the ones before it may. */
export type Role = z.infer<typeof role>;

export const signInRequest = z.object({
  email: text(1, 320),
  password: text(1, 1024),
  client_ip: text(0, 64).optional(),
});
export const operatorView = z.object({ id: z.string(), email: z.string(), role });
export type OperatorView = z.infer<typeof operatorView>;
export const signedIn = z.object({ session_token: z.string(), expires_at: timestamp, user: operatorView });
export const sessionView = z.object({ expires_at: timestamp, user: operatorView });

export const stateCounts = z.object({
  ready: z.number(),
  waiting: z.number(),
  retry: z.number(),
  active: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
});
export const queueCounts = stateCounts.extend({
  name: z.string(),
  weight: z.number(),
  oldestReadySeconds: z.number().nullable(),
});
export type QueueCounts = z.infer<typeof queueCounts>;

export const minuteBucket = z.object({ at: timestamp, completed: z.number(), failed: z.number() });

export const overview = z.object({
  at: timestamp,
  counts: stateCounts,
  deadLetters: z.number(),
  queues: z.array(queueCounts),
  /** The last 60 minutes, oldest first, without gaps. */
  throughput: z.array(minuteBucket),
  workers: z.object({ idle: z.number(), busy: z.number(), draining: z.number(), offline: z.number() }),
  recentFailures: z.array(
    z.object({
      jobId: z.string(),
      queue: z.string(),
      name: z.string(),
      message: z.string(),
      code: z.string().optional(),
      at: timestamp,
    }),
  ),
});
export type Overview = z.infer<typeof overview>;

export const jobListQuery = z.object({
  state: jobState.or(z.enum(['ready', 'waiting'])).optional(),
  queue: z.string().max(128).optional(),
  name: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});
export const jobListItem = z.object({
  id: z.string(),
  queue: z.string(),
  name: z.string(),
  state: jobState,
  attempt: z.number(),
  maxAttempts: z.number(),
  priority: z.number(),
  enqueuedAt: timestamp,
  runAt: timestamp,
  claimedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
  error: z.string().optional(),
});
export type JobListItem = z.infer<typeof jobListItem>;
export const jobList = z.object({ jobs: z.array(jobListItem), nextCursor: z.string().optional(), counts: stateCounts });
export const workerList = z.object({ workers: z.array(workerView) });
export const reason = z.object({ reason: text(0, 500).optional(), leave: z.enum(['drain', 'stop']).default('drain') });
