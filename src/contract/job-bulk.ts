import { z } from 'zod';
import { declaredQueue, queueName, text, timestamp, uuid } from './fields.ts';
import { LIMITS } from './limits.ts';
import { SEARCH_LIMITS } from './search/terms.ts';

export const bulkVerb = z.enum(['retry', 'cancel', 'delete', 'move', 'priority']);
export type BulkVerb = z.infer<typeof bulkVerb>;

const jobKey = z.object({ queue: queueName, id: uuid });

/** What to do to many jobs: those that a search finds, or those that are named. */
export const bulkRequest = z
  .object({
    verb: bulkVerb,
    q: text(0, SEARCH_LIMITS.characters).optional(),
    jobs: z.array(jobKey).min(1).max(500).optional(),
    /** Where `move` moves to. */
    to: declaredQueue.optional(),
    priority: z.number().int().min(LIMITS.priorityLowest).max(LIMITS.priorityHighest).optional(),
    reason: text(4, 500).optional(),
    /** Counts only, and touches nothing. */
    preview: z.boolean().default(false),
  })
  .superRefine((body, issue) => {
    const fault = (path: string, message: string) => issue.addIssue({ code: 'custom', path: [path], message });
    if ((body.q === undefined) === (body.jobs === undefined)) fault('q', 'expected either q or jobs, got both or none');
    if (body.preview) return;
    if (body.verb === 'move' && body.to === undefined) fault('to', 'expected a queue to move to, got nothing');
    if (body.verb === 'priority' && body.priority === undefined) fault('priority', 'expected a priority, got nothing');
    if (body.reason === undefined) fault('reason', 'expected why, got nothing');
  });
export type BulkRequest = z.infer<typeof bulkRequest>;

export const bulkPreview = z.object({
  /** Jobs that are in a state in which this can be done to them. */
  matched: z.number(),
  /** Whether the count stopped before the end: then there are more. */
  more: z.boolean(),
  /** What they are, the most frequent first. */
  kinds: z.array(z.object({ name: z.string(), state: z.string(), error: z.string().optional(), count: z.number() })),
});
export type BulkPreview = z.infer<typeof bulkPreview>;

export const bulkAction = z.object({
  id: z.string(),
  verb: bulkVerb,
  q: z.string().optional(),
  reason: z.string(),
  actor: z.string(),
  to: z.string().optional(),
  priority: z.number().optional(),
  state: z.enum(['running', 'done', 'stopped']),
  /** How many were counted when it began; with `more`, at least so many. */
  expected: z.number(),
  more: z.boolean(),
  done: z.number(),
  /** Jobs that had moved on when their turn came. */
  skipped: z.number(),
  createdAt: timestamp,
  finishedAt: timestamp.optional(),
});
export type BulkAction = z.infer<typeof bulkAction>;

export const bulkAnswer = z.object({ preview: bulkPreview.optional(), action: bulkAction.optional() });
