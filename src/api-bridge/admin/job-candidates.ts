import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import { stretchesOf, type JobFilter } from './job-filter.ts';
import type { RunningJob } from './running-jobs.ts';

export type JobKey = { readonly queue: string; readonly id: string };

/** How far a list looks into the backlog of each queue, and into the attempts that ended. */
const NEXT_OF_EACH_QUEUE = 300;
const ENDED_LOOKED_AT = 20_000;
const ENDED_TAKEN = 1_000;

/**
 * The jobs that a list of a large table looks at, found by indexes alone: the next 300 of each queue's backlog in the
 * order in which they will be claimed, what the workers say they run, and the jobs of the newest attempts that ended
 * before `before`. A job beyond these stretches is reached by paging on, by narrowing down, or by its id.
 */
export async function findCandidates(
  db: Queryable,
  filter: JobFilter,
  running: ReadonlyMap<string, RunningJob>,
  before: Date | undefined,
): Promise<JobKey[]> {
  const stretches = stretchesOf(filter);
  const keys: JobKey[] = [];
  if (stretches.has('pending')) keys.push(...(await pending(db, filter)));
  if (stretches.has('running')) {
    const queues = new Set(filter.queues);
    for (const { queue, jobId } of running.values()) if (queues.has(queue)) keys.push({ queue, id: jobId });
  }
  if (stretches.has('ended')) keys.push(...(await ended(db, filter, before)));
  return [...new Map(keys.map((key) => [`${key.queue} ${key.id}`, key])).values()];
}

const key = z.object({ queue: z.string(), id: z.string() });

async function pending(db: Queryable, { queues }: JobFilter): Promise<JobKey[]> {
  const found = await db.query(
    `SELECT q.name AS queue, head.id FROM unnest($1::text[]) AS q(name) CROSS JOIN LATERAL (
       SELECT j.id FROM pgboss.job j WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked
       ORDER BY j.priority DESC, j.created_on LIMIT $2) AS head`,
    [queues, NEXT_OF_EACH_QUEUE],
  );
  return found.rows.map((row) => key.parse(row));
}

/** `outcome <> 'completed'` is what a partial index covers, so that few failures among millions are found at once. */
async function ended(db: Queryable, { queues, state, name }: JobFilter, before: Date | undefined): Promise<JobKey[]> {
  const uneventful = state === 'failed' || state === 'cancelled' ? `AND outcome <> 'completed'` : '';
  const found = await db.query(
    `SELECT queue, job_id AS id FROM (
       SELECT queue, job_id, name, state, settled_at FROM worker_api.attempt
       WHERE ($1::timestamptz IS NULL OR settled_at <= $1) ${uneventful}
       ORDER BY settled_at DESC LIMIT ${ENDED_LOOKED_AT}
     ) AS newest
     WHERE queue = ANY($2) AND ($3::text IS NULL OR name = $3) AND ($4::text IS NULL OR state = $4)
     ORDER BY settled_at DESC LIMIT ${ENDED_TAKEN}`,
    [before ?? null, queues, name ?? null, state ?? null],
  );
  return found.rows.map((row) => key.parse(row));
}
