import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import type { RunningJob } from './running-jobs.ts';
import type { SearchPlan } from './search/search-plan.ts';
import { attemptCondition, createBinder } from './search/sql-of-terms.ts';

export type JobKey = { readonly queue: string; readonly id: string };

export type Candidates = {
  readonly keys: readonly JobKey[];
  /** When the oldest attempt looked at ended, where older ones were left out. */
  readonly lookedBackTo: Date | undefined;
};

/** How far a list looks into the backlogs, into each queue at least, and into the attempts that ended. */
const NEXT_OF_ALL = 10_000;
const NEXT_OF_EACH_QUEUE = 300;
const ENDED_LOOKED_AT = 10_000;
const ENDED_TAKEN = 1_000;

export type Depth = { readonly pending: number; readonly ended: number };
const DEPTH: Depth = { pending: NEXT_OF_ALL, ended: ENDED_TAKEN };

/**
 * The jobs that a list of a large table looks at, found by indexes alone: the next of each queue's backlog in the
 * order in which they will be claimed, what the workers say they run, and the jobs of the newest attempts that ended
 * before `before`. A job beyond these stretches is reached by paging on, by narrowing down, or by its id.
 */
export async function findCandidates(
  db: Queryable,
  plan: SearchPlan,
  running: ReadonlyMap<string, RunningJob>,
  before: Date | undefined,
  depth: Depth = DEPTH,
): Promise<Candidates> {
  const keys: JobKey[] = [...named(plan)];
  if (plan.stretches.has('pending')) keys.push(...(await pending(db, plan, depth)));
  if (plan.stretches.has('running')) {
    const queues = new Set(plan.queues);
    for (const { queue, jobId } of running.values()) if (queues.has(queue)) keys.push({ queue, id: jobId });
  }
  const ends = plan.stretches.has('ended')
    ? await ended(db, plan, before, depth)
    : { keys: [], lookedBackTo: undefined };
  keys.push(...ends.keys);
  return {
    keys: [...new Map(keys.map((key) => [`${key.queue} ${key.id}`, key])).values()],
    lookedBackTo: ends.lookedBackTo,
  };
}

/** An id is looked up in every queue: the primary key makes that cheap. */
function named({ terms, queues }: SearchPlan): JobKey[] {
  const ids = terms.flatMap((term) => (term.kind === 'id' && !term.not ? term.ids : []));
  return ids.flatMap((id) => queues.map((queue) => ({ queue, id })));
}

const key = z.object({ queue: z.string(), id: z.string() });

async function pending(db: Queryable, { queues }: SearchPlan, { pending: most }: Depth): Promise<JobKey[]> {
  const least = Math.min(NEXT_OF_EACH_QUEUE, most / 10);
  const each = Math.floor(Math.max(least, most / Math.max(1, queues.length)));
  // A queue without a backlog costs one probe. Held jobs are not in the index of the claims, but few and in their own table.
  const found = await db.query(
    `SELECT q.name AS queue, head.id FROM unnest($1::text[]) AS q(name) CROSS JOIN LATERAL (
       SELECT j.id FROM pgboss.job j WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked
       ORDER BY j.priority DESC, j.created_on LIMIT $2) AS head
     UNION ALL
     (SELECT queue, job_id FROM worker_api.held_job WHERE queue = ANY($1) LIMIT $3)`,
    [queues, each, most],
  );
  return found.rows.map((row) => key.parse(row));
}

const end = key.extend({ settled_at: z.date(), looked_back_to: z.date().nullable(), looked_at: z.coerce.number() });

/** Where no completed job is asked for, a partial index finds few failures among millions at once. */
async function ended(db: Queryable, plan: SearchPlan, before: Date | undefined, { ended: most }: Depth) {
  const binder = createBinder(before ?? null);
  const condition = attemptCondition(plan, binder);
  const eventful = plan.states.has('completed') ? '' : `AND outcome <> 'completed'`;
  const found = await db.query(
    `WITH newest AS MATERIALIZED (
       SELECT queue, job_id, name, state, outcome, worker_id, error, settled_at FROM worker_api.attempt
       WHERE ($1::timestamptz IS NULL OR settled_at <= $1) ${eventful}
       ORDER BY settled_at DESC LIMIT ${ENDED_LOOKED_AT}
     ), depth AS MATERIALIZED (SELECT min(settled_at) AS looked_back_to, count(*) AS looked_at FROM newest)
     SELECT queue, job_id AS id, settled_at, looked_back_to, looked_at FROM newest, depth WHERE ${condition}
     ORDER BY settled_at DESC LIMIT ${most}`,
    binder.values,
  );
  const rows = found.rows.map((row) => end.parse(row));
  const [first] = rows;
  const isCut = rows.length === most ? rows.at(-1)?.settled_at : undefined;
  const reach = first === undefined ? await reachOf(db, before, eventful) : first;
  const whole = reach.looked_at < ENDED_LOOKED_AT ? undefined : (reach.looked_back_to ?? undefined);
  return { keys: rows.map(({ queue, id }) => ({ queue, id })), lookedBackTo: isCut ?? whole };
}

const bound = end.pick({ looked_back_to: true, looked_at: true });

/** Nothing fitted, so no row told how far the look went. */
async function reachOf(db: Queryable, before: Date | undefined, eventful: string) {
  const found = await db.query(
    `SELECT min(settled_at) AS looked_back_to, count(*) AS looked_at FROM (
       SELECT settled_at FROM worker_api.attempt WHERE ($1::timestamptz IS NULL OR settled_at <= $1) ${eventful}
       ORDER BY settled_at DESC LIMIT ${ENDED_LOOKED_AT}) AS newest`,
    [before ?? null],
  );
  return bound.parse(found.rows[0]);
}
