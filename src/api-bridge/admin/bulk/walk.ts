import { z } from 'zod';
import type { BulkVerb } from '../../../contract/job-bulk.ts';
import type { SearchState } from '../../../contract/search/terms.ts';
import type { Queryable } from '../../db/pool.ts';
import { LATEST_ATTEMPT } from '../job-row.ts';
import type { SearchPlan } from '../search/search-plan.ts';
import { createBinder, jobCondition, type Running } from '../search/sql-of-terms.ts';

/** The states in which each can be done. */
const CAN: Readonly<Record<BulkVerb, readonly SearchState[]>> = {
  retry: ['failed', 'cancelled'],
  cancel: ['ready', 'waiting', 'retry', 'active'],
  delete: ['ready', 'waiting', 'retry', 'failed', 'cancelled', 'completed'],
  move: ['ready', 'waiting', 'retry'],
  priority: ['ready', 'waiting', 'retry'],
};

/** The same search, but for jobs to which it cannot be done. */
export function doable(plan: SearchPlan, verb: BulkVerb): SearchPlan {
  return { ...plan, states: new Set([...plan.states].filter((state) => CAN[verb].includes(state))) };
}

/** Where a walk is: after this job of this queue; at its start without one. */
export const position = z.object({ queue: z.string().optional(), after: z.uuid().optional() });
export type Position = z.infer<typeof position>;

export type Hit = {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly error: string | null;
};

/** How many rows one statement reads, whether they match or not. */
const LOOKED_AT = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';
const row = z.object({
  id: z.string(),
  hit: z.boolean(),
  name: z.string(),
  state: z.string(),
  error: z.string().nullable(),
});

/**
 * The next stretch of a walk over every job of the plan's queues, by primary key: it takes as long as there are jobs, but
 * each step is small, it misses none, and it can be taken up at any place. `next` is undefined at the end.
 */
export async function walk(
  db: Queryable,
  plan: SearchPlan,
  running: Running,
  { from, before }: { from: Position; before: Date },
): Promise<{ hits: Hit[]; next: Position | undefined }> {
  const queue = from.queue ?? plan.queues[0];
  if (queue === undefined || plan.states.size === 0) return { hits: [], next: undefined };
  const binder = createBinder(queue, from.after ?? FIRST, before);
  const found = await db.query(
    `SELECT j.id, (${jobCondition(plan, running, binder)} AND j.created_on <= $3) IS TRUE AS hit, j.state::text,
            left(coalesce(j.data->>'name', j.name), 200) AS name, left(coalesce(a.error->>'code', a.error->>'message'), 200) AS error
     FROM (SELECT * FROM pgboss.job WHERE name = $1 AND id > $2::uuid ORDER BY id LIMIT ${LOOKED_AT}) AS j ${LATEST_ATTEMPT}
     ORDER BY j.id`,
    binder.values,
  );
  const rows = found.rows.map((each) => row.parse(each));
  const hits = rows.flatMap(({ hit, ...rest }) => (hit ? [{ queue, ...rest }] : []));
  const last = rows.at(-1);
  if (last !== undefined && rows.length === LOOKED_AT) return { hits, next: { queue, after: last.id } };
  const following = plan.queues[plan.queues.indexOf(queue) + 1];
  return { hits, next: following === undefined ? undefined : { queue: following } };
}

const hit = row.omit({ hit: true }).extend({ queue: z.string() });

/** Those of some jobs that the plan fits. */
export async function hitsAmong(
  db: Queryable,
  plan: SearchPlan,
  running: Running,
  keys: readonly { readonly queue: string; readonly id: string }[],
): Promise<Hit[]> {
  const binder = createBinder(
    keys.map((key) => key.queue),
    keys.map((key) => key.id),
  );
  const found = await db.query(
    `SELECT j.name AS queue, j.id, j.state::text, left(coalesce(j.data->>'name', j.name), 200) AS name,
            left(coalesce(a.error->>'code', a.error->>'message'), 200) AS error
     FROM unnest($1::text[], $2::uuid[]) AS key(queue, id) CROSS JOIN LATERAL (
       SELECT * FROM pgboss.job WHERE name = key.queue AND id = key.id LIMIT 1) AS j ${LATEST_ATTEMPT}
     WHERE ${jobCondition(plan, running, binder)}`,
    binder.values,
  );
  return found.rows.map((each) => hit.parse(each));
}
