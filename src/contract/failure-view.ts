import { z } from 'zod';
import { text, timestamp } from './fields.ts';
import { why } from './queue-view.ts';

export const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, 'expected the 16 characters of a kind of failure');
export const failureParams = z.object({ fingerprint });

/** A stretch of time that failures are counted over: 24 hours and 7 days in whole hours, the others in whole minutes. */
export const failureWindow = z.enum(['1h', '3h', '24h', '7d']);
export type FailureWindow = z.infer<typeof failureWindow>;

/** Failed attempts that are one and the same fault. A job that failed twice counts twice. */
export const failureKind = z.object({
  fingerprint,
  name: z.string(),
  queue: z.string(),
  errorName: z.string().optional(),
  code: z.string().optional(),
  /** As the first of them said it. */
  message: z.string(),
  attempts: z.record(failureWindow, z.number()),
  /** Of the attempts of seven days those after which none followed. */
  dead: z.number(),
  /** The last 24 hours, oldest first. */
  perHour: z.array(z.number()),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  /** What the worker of the first one ran; unknown when that worker was gone already. */
  firstVersion: z.string().optional(),
  muted: z.object({ at: timestamp, by: z.string(), reason: z.string() }).optional(),
});
export type FailureKind = z.infer<typeof failureKind>;

export const failureListQuery = z.object({
  queue: text(1, 128).optional(),
  name: text(1, 200).optional(),
  muted: z.enum(['yes', 'no']).default('no'),
});
export const failureList = z.object({
  /** The most frequent of the last hour first, then of the day, then of the week; 200 at most. */
  kinds: z.array(failureKind),
  /** How many there are in all, and how many of them are muted. */
  total: z.number(),
  muted: z.number(),
});
export type FailureList = z.infer<typeof failureList>;

export const failedAttemptsQuery = z.object({
  within: failureWindow.default('7d'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});
export const failedAttempt = z.object({
  queue: z.string(),
  jobId: z.string(),
  attempt: z.number(),
  workerId: z.string(),
  at: timestamp,
  message: z.string(),
  /** Whether no attempt followed. */
  last: z.boolean(),
  /** The job's state now; absent when its row is gone. */
  state: z.string().optional(),
});
export type FailedAttempt = z.infer<typeof failedAttempt>;
export const failureDetail = z.object({
  kind: failureKind,
  attempts: z.array(failedAttempt),
  nextCursor: z.string().optional(),
  /** Jobs of this kind that can be retried now; counted up to 500. */
  retryable: z.number(),
});
export type FailureDetail = z.infer<typeof failureDetail>;

/** What to do with kinds of failure. With `preview` nothing is touched: an operator sees the count before the deed. */
export const failureDeed = z.object({
  fingerprints: z.array(fingerprint).min(1).max(50),
  preview: z.boolean().default(false),
  reason: why.optional(),
});
export const failureDone = z.object({
  /** Jobs that match; at most 500 a call. */
  matched: z.number(),
  changed: z.number(),
});
export const muteRequest = z.object({
  fingerprints: z.array(fingerprint).min(1).max(50),
  muted: z.boolean(),
  reason: why,
});
