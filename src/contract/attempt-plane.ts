import { z } from 'zod';
import { jsonObject, text, timestamp } from './fields.ts';
import { LIMITS } from './limits.ts';

/** What a running attempt may say and keep about its own job. */
export const logChunk = z.object({
  sequence: z.number().int().min(0),
  lines: z.array(text(0, 16_000)).min(1).max(LIMITS.logChunkLines),
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
