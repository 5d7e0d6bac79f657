import { z } from 'zod';
import { declaredQueue, delaySeconds, jobState, jsonObject, text, timestamp, traceparent } from './fields.ts';
import { jobHold } from './hold.ts';
import { LIMITS } from './limits.ts';
import { failure } from './settlement.ts';
import { progress } from './worker.ts';

/** A job handed to a worker. `lease` proves the right to settle it, `token` opens its data plane; both are opaque. */
export const claimedJob = z.object({
  id: z.string(),
  queue: z.string(),
  name: z.string(),
  payload: z.unknown(),
  attempt: z.number(),
  maxAttempts: z.number(),
  priority: z.number(),
  enqueuedAt: timestamp,
  claimedAt: timestamp,
  timeoutSeconds: z.number(),
  lease: z.string(),
  leaseExpiresAt: timestamp,
  token: z.string(),
  traceparent: z.string().optional(),
});
export type ClaimedJob = z.infer<typeof claimedJob>;

/** `name` and `payload` are checked against the job's declaration after the shape is. */
export const enqueueRequest = z
  .object({
    name: text(1, 200),
    payload: jsonObject.default({}),
    queue: declaredQueue.optional(),
    runAt: timestamp.optional(),
    delaySeconds: delaySeconds.optional(),
    priority: z.number().int().min(LIMITS.priorityLowest).max(LIMITS.priorityHighest).optional(),
    maxAttempts: z.number().int().min(1).max(LIMITS.maxAttempts).optional(),
    singletonKey: text(1, 255).optional(),
    group: text(1, 255).optional(),
    traceparent: traceparent.optional(),
  })
  .refine((job) => job.runAt === undefined || job.delaySeconds === undefined, {
    error: 'expected runAt or delaySeconds, got both',
    path: ['delaySeconds'],
  });
export type EnqueueRequest = z.infer<typeof enqueueRequest>;

export const enqueued = z.object({
  id: z.string(),
  queue: z.string(),
  name: z.string(),
  state: jobState,
  duplicate: z.literal(true).optional(),
});
export type Enqueued = z.infer<typeof enqueued>;

export const batchRequest = z.object({ jobs: z.array(z.unknown()).min(1).max(LIMITS.batchJobs) });
export const batchEnqueued = z.object({ ids: z.array(z.string()) });

/** The seed system's enqueue form: a class name and positional arguments. */
export const seedEnqueueRequest = z.object({
  job_class: text(1, 200),
  args: z.array(z.unknown()).default([]),
  queue: declaredQueue.optional(),
  delay: z.union([z.number(), z.string().max(32)]).optional(),
  at: z.union([z.number(), z.string().max(64)]).optional(),
});
export const seedEnqueued = z.object({
  job_id: z.string(),
  job_class: z.string(),
  enqueued_at: timestamp,
  delay: z.number().nullable(),
});

export const attemptView = z.object({
  attempt: z.number(),
  workerId: z.string(),
  claimedAt: timestamp,
  settledAt: timestamp.optional(),
  outcome: z.enum(['running', 'completed', 'failed', 'released', 'lost', 'cancelled']),
  error: failure.partial().optional(),
  runAt: timestamp.optional(),
});
export type AttemptView = z.infer<typeof attemptView>;

export const jobView = z.object({
  id: z.string(),
  queue: z.string(),
  name: z.string(),
  state: jobState,
  /** Left out for people when it is large: then `payloadBytes` says how large, and it is read in parts. */
  payload: z.unknown(),
  payloadBytes: z.number().optional(),
  output: z.unknown().optional(),
  outputBytes: z.number().optional(),
  priority: z.number(),
  attempt: z.number(),
  maxAttempts: z.number(),
  enqueuedAt: timestamp,
  runAt: timestamp,
  claimedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
  singletonKey: z.string().optional(),
  group: z.string().optional(),
  traceparent: z.string().optional(),
  progress: progress.optional(),
  /** Why it does not run although it is due. */
  held: jobHold.optional(),
  attempts: z.array(attemptView),
});
export type JobView = z.infer<typeof jobView>;

export const stateChanged = z.object({ id: z.string(), queue: z.string(), state: jobState });
