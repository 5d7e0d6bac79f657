import { z } from 'zod';
import { jobState, text, timestamp } from './fields.ts';
import { SEARCH_LIMITS } from './search/terms.ts';
import { workerView } from './worker.ts';

export const role = z.enum(['viewer', 'operator', 'admin']);
/** Each role may do what the ones before it may. */
export type Role = z.infer<typeof role>;

export const signInRequest = z.object({
  email: text(1, 320),
  password: text(1, 1024),
  client_ip: text(0, 64).optional(),
  user_agent: text(0, 300).optional(),
});
/** A person. Whether they see payloads is a right apart from their role; a one-time password must be changed first. */
export const operatorView = z.object({
  id: z.string(),
  email: z.string(),
  role,
  seesPayloads: z.boolean(),
  mustChangePassword: z.boolean().optional(),
});
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
/** Who stopped a queue, since when and why. */
export const pausedQueue = z.object({ at: timestamp, by: z.string(), reason: z.string() });
export type PausedQueue = z.infer<typeof pausedQueue>;
export const queueCounts = stateCounts.extend({
  name: z.string(),
  weight: z.number(),
  oldestReadySeconds: z.number().nullable(),
  paused: pausedQueue.optional(),
});
export type QueueCounts = z.infer<typeof queueCounts>;

/** Attempts that ended in one minute: well, failed with another try to come, failed for good. */
export const minuteBucket = z.object({
  at: timestamp,
  completed: z.number(),
  retried: z.number(),
  failed: z.number(),
});
export type MinuteBucket = z.infer<typeof minuteBucket>;

export const overview = z.object({
  at: timestamp,
  /** Over the declared queues. Dead letters are counted apart. */
  counts: stateCounts,
  /** Whether counts are estimates, because the job table is too large to count at each look. */
  estimated: z.boolean(),
  deadLetters: z.number(),
  queues: z.array(queueCounts),
  /** Worker versions that came up within the last hour. */
  deploys: z.array(z.object({ at: timestamp, version: z.string() })).optional(),
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
  /** Terms such as `state:failed queue:email data.order.id:7 age:>5m`: see docs/protocol.md. */
  q: z.string().max(SEARCH_LIMITS.characters).optional(),
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
  /** What the latest attempt failed with. */
  error: z.string().optional(),
  /** Who runs it, or ran its latest attempt. */
  workerId: z.string().optional(),
  percent: z.number().optional(),
  /** Of a dead letter: the job that failed, which is the one to look at and to retry. */
  source: z.object({ queue: z.string(), id: z.string() }).optional(),
  /** Left out when it is larger than a list should carry. */
  payload: z.unknown().optional(),
});
export type JobListItem = z.infer<typeof jobListItem>;
export const jobList = z.object({
  jobs: z.array(jobListItem),
  nextCursor: z.string().optional(),
  /** Of a large table: how far back was looked, when older jobs may match too. `nextCursor` goes on from there. */
  lookedBackTo: timestamp.optional(),
  /** Of the queue asked for, or of all declared queues; state and name do not narrow them. */
  counts: stateCounts,
  /** Whether the table is so large that counts are estimates and the list looks at bounded stretches of it. */
  estimated: z.boolean(),
});
export type JobList = z.infer<typeof jobList>;
const facet = z.array(z.object({ value: z.string(), count: z.number() }));
export const jobFacets = z.object({
  /** How many jobs match. */
  matched: z.number(),
  /** Whether not all of them were counted: then every number is a lower bound. */
  more: z.boolean(),
  states: facet,
  queues: facet,
  names: facet,
  workers: facet,
  groups: facet,
});
export type JobFacets = z.infer<typeof jobFacets>;
export const workerList = z.object({ workers: z.array(workerView) });
export const reason = z.object({ reason: text(0, 500).optional(), leave: z.enum(['drain', 'stop']).default('drain') });

/** Which failed jobs to try again. With `preview` nothing is touched: an operator sees the count before the deed. */
export const retryManyRequest = z.object({
  queue: text(1, 128).optional(),
  name: text(1, 200).optional(),
  code: text(1, 200).optional(),
  limit: z.number().int().min(1).max(1000).default(1000),
  preview: z.boolean().default(false),
  reason: text(1, 500).optional(),
});
export const retriedMany = z.object({ matched: z.number(), retried: z.number() });
