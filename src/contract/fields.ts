import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { queueWeight } from './queues.ts';
import { textFault } from './text.ts';

/** Text that PostgreSQL can store, within a length. */
export function text(min: number, max: number) {
  return z
    .string()
    .min(min)
    .max(max)
    .superRefine((value, issue) => {
      const fault = textFault(value);
      if (fault !== undefined) issue.addIssue({ code: 'custom', message: fault });
    });
}

/** Any UUID; lower case from here on, as PostgreSQL gives it back. */
export const uuid = z.guid().toLowerCase();
/** Time on the wire: ISO 8601, UTC. */
export const timestamp = z.iso.datetime({ offset: true });
export const workerId = z.string().regex(/^[A-Za-z0-9._:@-]{1,128}$/, 'expected 1 to 128 of A-Z a-z 0-9 . _ : @ -');
export const queueName = z.string().regex(/^[A-Za-z0-9_.\-/]{1,128}$/, 'expected 1 to 128 of A-Z a-z 0-9 _ . - /');
/** A queue in a request body: it must be declared, otherwise 422. */
export const declaredQueue = queueName.refine((name) => queueWeight(name) !== undefined, {
  error: (issue) => `expected a declared queue, got ${JSON.stringify(issue.input)}`,
});
export const jsonObject = z.record(z.string(), z.unknown());
export const delaySeconds = z.number().min(0).max(LIMITS.delaySeconds);
export const traceparent = z
  .string()
  .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'expected a W3C traceparent, got another text');
export const jobState = z.enum(['created', 'retry', 'active', 'completed', 'cancelled', 'failed']);
export type JobState = z.infer<typeof jobState>;
