import { z } from 'zod';
import { bulkVerb, type BulkAction } from '../../../contract/job-bulk.ts';
import type { Queryable } from '../../db/pool.ts';
import { position } from './walk.ts';

export const bulkRow = z.object({
  id: z.string(),
  verb: bulkVerb,
  query: z.string().nullable(),
  jobs: z.array(z.object({ queue: z.string(), id: z.string() })).nullable(),
  target: z.string().nullable(),
  priority: z.number().nullable(),
  reason: z.string(),
  actor: z.string(),
  state: z.enum(['running', 'done', 'stopped']),
  expected: z.coerce.number(),
  more: z.boolean(),
  done: z.coerce.number(),
  skipped: z.coerce.number(),
  position,
  created_at: z.date(),
  finished_at: z.date().nullable(),
});
export type BulkRow = z.infer<typeof bulkRow>;

export type NewBulk = Pick<
  BulkRow,
  'verb' | 'query' | 'jobs' | 'target' | 'priority' | 'reason' | 'actor' | 'expected' | 'more'
>;

export async function insertBulk(db: Queryable, bulk: NewBulk): Promise<BulkRow> {
  const found = await db.query(
    `INSERT INTO worker_api.bulk_action (id, verb, query, jobs, target, priority, reason, actor, expected, more)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
    [
      bulk.verb,
      bulk.query,
      bulk.jobs === null ? null : JSON.stringify(bulk.jobs),
      bulk.target,
      bulk.priority,
      bulk.reason,
      bulk.actor,
      bulk.expected,
      bulk.more,
    ],
  );
  return bulkRow.parse(found.rows[0]);
}

export async function findBulk(db: Queryable, id: string): Promise<BulkRow | undefined> {
  const found = await db.query('SELECT * FROM worker_api.bulk_action WHERE id = $1', [id]);
  return found.rows.length === 0 ? undefined : bulkRow.parse(found.rows[0]);
}

/** The wire form. */
export function actionOf(row: BulkRow): BulkAction {
  const { id, verb, reason, actor, state, expected, more, done, skipped } = row;
  return {
    ...{ id, verb, reason, actor, state, expected, more, done, skipped },
    createdAt: row.created_at.toISOString(),
    ...(row.query === null ? {} : { q: row.query }),
    ...(row.target === null ? {} : { to: row.target }),
    ...(row.priority === null ? {} : { priority: row.priority }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
  };
}
