import { z } from 'zod';
import { text, timestamp } from './fields.ts';
import { failure } from './settlement.ts';

export const executionQuery = z.object({
  name: text(1, 200),
  /** As an execution shows it; of all keys of the job when left out. */
  key: text(1, 500).optional(),
});

export const execution = z.object({
  /** What counts as the same job again: name and payload. */
  key: z.string(),
  jobId: z.string(),
  queue: z.string(),
  attempt: z.number(),
  workerId: z.string(),
  claimedAt: timestamp,
  settledAt: timestamp,
  outcome: z.enum(['completed', 'failed', 'released', 'lost', 'cancelled']),
  error: failure.partial().optional(),
});

/** Newest first: the last 20 executions, the last 10 failures of an hour, and the last success of five minutes. */
export const executionRecords = z.object({
  executions: z.array(execution),
  failures: z.array(execution),
  succeededAt: timestamp.optional(),
});
