import type { z } from 'zod';
import type { JobList, jobListQuery } from '../../contract/operator.ts';
import type { Term } from '../../contract/search/terms.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { totalOf, type Counts } from './counts.ts';
import { findCandidates, type JobKey } from './job-candidates.ts';
import { readCursor, writeCursor, type JobCursor } from './job-cursor.ts';
import { CHANGED_AT, CHANGED_MICROS, JOB_COLUMNS, jobItem, jobRow, LATEST_ATTEMPT, type JobRow } from './job-row.ts';
import { readOnly } from './read-only.ts';
import { readRunningJobs } from './running-jobs.ts';
import { planOf, type SearchPlan } from './search/search-plan.ts';
import { createBinder, jobCondition, needsAttempt, type Running } from './search/sql-of-terms.ts';

type Query = z.infer<typeof jobListQuery>;

export type ListJobsDeps = { readonly pool: Pool; readCounts(): Promise<Counts> };

const OLDEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * A page of jobs, the latest change first. Without a queue all declared ones are meant; the dead letter queue is
 * listed when it is asked for by name. On a large table only bounded stretches are looked at (see job-candidates.ts).
 */
export async function listJobs(
  { pool, readCounts }: ListJobsDeps,
  terms: readonly Term[],
  query: Pick<Query, 'cursor' | 'limit'>,
): Promise<JobList> {
  const plan = planOf(terms);
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const { queues, estimated } = await readCounts();
  const page = await readOnly(pool, { avoidScans: estimated }, async (client) => {
    const running = await readRunningJobs(client);
    const found = estimated ? await findCandidates(client, plan, running, dateOf(cursor)) : undefined;
    const rows = await readRows(client, plan, running, { keys: found?.keys, cursor, limit: query.limit + 1 });
    return { rows, running, lookedBackTo: found?.lookedBackTo };
  });
  const rows = page.rows.slice(0, query.limit);
  const last = page.rows.length > query.limit ? rows.at(-1) : undefined;
  // Nothing more is in this stretch, but an older one is left to look at.
  const older =
    last === undefined && page.lookedBackTo !== undefined
      ? { changedAtMicros: String(page.lookedBackTo.getTime() * 1000), id: OLDEST_ID }
      : undefined;
  const next = last === undefined ? older : { changedAtMicros: last.changed_micros, id: last.id };
  const asked = new Set(plan.queues);
  return {
    jobs: rows.map((row) => jobItem(row, page.running.get(row.id))),
    ...(next === undefined ? {} : { nextCursor: writeCursor(next) }),
    ...(older === undefined ? {} : { lookedBackTo: new Date(Number(older.changedAtMicros) / 1000).toISOString() }),
    counts: totalOf(queues.filter((queue) => asked.has(queue.name))),
    estimated,
  };
}

type Page = {
  readonly keys: readonly JobKey[] | undefined;
  readonly cursor: JobCursor | undefined;
  readonly limit: number;
};

/** LIMIT keeps the planner from joining by a scan of the whole table: each key is looked up by itself. */
const BY_KEY = `unnest($5::text[], $6::uuid[]) AS key(queue, id) CROSS JOIN LATERAL (
  SELECT * FROM pgboss.job WHERE name = key.queue AND id = key.id LIMIT 1) AS j`;

async function readRows(
  db: Queryable,
  plan: SearchPlan,
  running: Running,
  { keys, cursor, limit }: Page,
): Promise<JobRow[]> {
  const binder = createBinder(
    plan.queues,
    cursor?.changedAtMicros ?? null,
    cursor?.id ?? null,
    limit,
    ...(keys === undefined ? [] : [keys.map((key) => key.queue), keys.map((key) => key.id)]),
  );
  const found = await db.query(
    `SELECT ${JOB_COLUMNS}
     FROM (
       SELECT j.* FROM ${keys === undefined ? 'pgboss.job AS j' : BY_KEY} ${needsAttempt(plan) ? LATEST_ATTEMPT : ''}
       WHERE j.name = ANY($1) AND ${jobCondition(plan, running, binder)}
         AND ($2::bigint IS NULL OR (${CHANGED_MICROS}, j.id) < ($2::bigint, $3::uuid))
       ORDER BY ${CHANGED_AT} DESC, j.id DESC LIMIT $4
     ) AS j ${LATEST_ATTEMPT}
     ORDER BY ${CHANGED_AT} DESC, j.id DESC`,
    binder.values,
  );
  return found.rows.map((row) => jobRow.parse(row));
}

function dateOf(cursor: JobCursor | undefined): Date | undefined {
  return cursor === undefined ? undefined : new Date(Number(cursor.changedAtMicros) / 1000 + 1);
}
