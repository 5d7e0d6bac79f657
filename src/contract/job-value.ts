import { z } from 'zod';
import { queueName, text, uuid } from './fields.ts';

export const jobValueParams = z.object({ queue: queueName, id: uuid });

export const jobValueQuery = z.object({
  of: z.enum(['payload', 'output']).default('payload'),
  /** A JSON pointer, such as `/rows/0/name`; the whole value without one. */
  at: text(0, 1_000)
    .regex(/^(\/[^/]*)*$/, 'expected a JSON pointer such as /rows/0, got another text')
    .default(''),
  /** The first entry of a list or an object that is wanted, or the first character of a text. */
  from: z.coerce.number().int().min(0).max(1e9).default(0),
});
export type JobValueQuery = z.infer<typeof jobValueQuery>;

export const valueKind = z.enum(['object', 'list', 'text', 'plain', 'hidden']);
/** One value as a list shows it: itself when it is small, otherwise how much there is of it. */
export const valueGlance = z.object({
  key: z.string(),
  kind: valueKind,
  /** Entries of an object or a list, characters of a text. */
  size: z.number().optional(),
  value: z.unknown().optional(),
});
export type ValueGlance = z.infer<typeof valueGlance>;

export const jobValue = z.object({
  name: z.string(),
  kind: valueKind,
  size: z.number(),
  from: z.number(),
  /** Where the rest begins; absent at the end. */
  next: z.number().optional(),
  /** Of an object or a list. */
  entries: z.array(valueGlance).optional(),
  /** A stretch of a text, or the value itself. */
  value: z.unknown().optional(),
});
export type JobValue = z.infer<typeof jobValue>;
