import { z } from 'zod';
import { jsonObject, text, timestamp } from './fields.ts';
import { LIMITS } from './limits.ts';

/** What a running attempt may say and keep about its own job. */
export const logChunk = z.object({
  sequence: z.number().int().min(0),
  lines: z.array(text(0, 16_000)).min(1).max(LIMITS.logChunkLines),
});

export const jobLogQuery = z.object({
  /** As people count it; of all attempts when left out. */
  attempt: z.coerce.number().int().min(1).max(1_000_000).optional(),
  /** The `cursor` of an earlier answer: what came after it. */
  after: z
    .string()
    .regex(/^\d{1,9}\.\d{1,16}$/, 'expected the cursor of an earlier answer')
    .optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
  /** So many of the last lines only. */
  last: z.coerce.number().int().min(1).max(5000).optional(),
});
export const jobLog = z.object({
  /** Oldest first. A line is what the job wrote: JSON from this project's own workers. */
  lines: z.array(z.object({ attempt: z.number(), line: z.string() })),
  /** To ask for what comes after these lines; left out while there are none. */
  cursor: z.string().optional(),
  /** Whether there is more to read at once. */
  more: z.boolean(),
});

export const stepName = text(1, 200);
export const stepRequest = z.object({ value: z.unknown() });
export const stepView = z.object({ name: z.string(), value: z.unknown(), recordedAt: timestamp });
/** A step recorded once keeps its first value: a later attempt reads it instead of doing the work again. */
export const stepRecorded = z.object({ step: stepView, recorded: z.boolean() });

export const lockKey = text(1, 255);
export const lockRequest = z.object({ ttlSeconds: z.number().min(1).max(86_400).default(300) });
export const lockReply = z.object({ acquired: z.boolean(), expiresAt: timestamp });
export const lockReleased = z.object({ released: z.boolean() });

export const markRequest = z.object({
  ttlSeconds: z.number().min(1).max(31_536_000).default(86_400),
  value: jsonObject.optional(),
});
/** `first` is true for exactly one caller while the mark lives. */
export const markReply = z.object({ first: z.boolean(), markedAt: timestamp, value: z.unknown().optional() });
export const markLookup = z.object({
  processed: z.boolean(),
  markedAt: timestamp.optional(),
  value: z.unknown().optional(),
});
