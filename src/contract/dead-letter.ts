import { z } from 'zod';
import { text, timestamp, uuid } from './fields.ts';
import { why } from './queue-view.ts';

/** With this code the reaper quarantines a job at which workers die. */
export const POISON_CODE = 'poison';

/** Every attempt was used up · the error said not to try again · workers died while they ran it. */
export const deadReason = z.enum(['exhausted', 'non_retryable', 'poison']);
export type DeadReason = z.infer<typeof deadReason>;

/** Which dead letters; every part narrows. */
export const deadFilter = z.object({
  queue: text(1, 128).optional(),
  reason: deadReason.optional(),
  name: text(1, 200).optional(),
});
export type DeadFilter = z.infer<typeof deadFilter>;

export const deadListQuery = deadFilter.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});

/** A job that nobody will try again by itself. */
export const deadLetter = z.object({
  queue: z.string(),
  jobId: z.string(),
  name: z.string(),
  reason: deadReason,
  attempt: z.number(),
  workerId: z.string(),
  diedAt: timestamp,
  message: z.string(),
  code: z.string().optional(),
  fingerprint: z.string().optional(),
  group: z.string().optional(),
});
export type DeadLetter = z.infer<typeof deadLetter>;

const counted = z.object({ word: z.string(), count: z.number() });

export const deadList = z.object({
  letters: z.array(deadLetter),
  nextCursor: z.string().optional(),
  /** Of all of them, whatever the filter: up to the newest 100,000. */
  byQueue: z.array(counted),
  byReason: z.array(counted),
  total: z.number(),
  /** Whether there are more than were counted. */
  more: z.boolean(),
  oldestAt: timestamp.optional(),
});
export type DeadList = z.infer<typeof deadList>;

/** What to do with dead letters: with those that were picked, or with all that the filter fits. */
export const deadDeed = z.object({
  picked: z.array(uuid).min(1).max(200).optional(),
  filter: deadFilter.optional(),
  preview: z.boolean().default(false),
  /** Jobs a minute; all at once when absent. */
  perMinute: z.number().int().min(1).max(6_000).optional(),
  reason: why.optional(),
});
export const deadDone = z.object({
  /** Jobs that fit; counted up to 500, which is also what one call does at most, the oldest first. */
  matched: z.number(),
  changed: z.number(),
  /** What is concerned, by job name and error. */
  sorts: z.array(z.object({ name: z.string(), error: z.string(), count: z.number() })),
});
export type DeadDone = z.infer<typeof deadDone>;
