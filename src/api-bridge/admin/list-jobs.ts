import type { z } from 'zod';
import type { JobList, jobListQuery } from '../../contract/operator.ts';
import { QUEUES } from '../../contract/queues.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { totalOf, type Counts } from './counts.ts';
import { findCandidates, type JobKey } from './job-candidates.ts';
import { readCursor, writeCursor, type JobCursor } from './job-cursor.ts';
import { conditionOf, type JobFilter } from './job-filter.ts';
import { CHANGED_AT, CHANGED_MICROS, JOB_COLUMNS, jobItem, jobRow, LATEST_ATTEMPT, type JobRow } from './job-row.ts';
import { readOnly } from './read-only.ts';
import { readRunningJobs } from './running-jobs.ts';

type Query = z.infer<typeof jobListQuery>;

export type ListJobsDeps = { readonly pool: Pool; readCounts(): Promise<Counts> };

/**
 * A page of jobs, the latest change first. Without a queue all declared ones are meant; the dead letter queue is
 * listed when it is asked for by name. On a large table only bounded stretches are looked at (see job-candidates.ts).
 */
export async function listJobs({ pool, readCounts }: ListJobsDeps, query: Query): Promise<JobList> {
  const filter: JobFilter = {
    queues: query.queue === undefined ? QUEUES.map((queue) => queue.name) : [query.queue],
    state: query.state,
    name: query.name,
  };
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const { queues, estimated } = await readCounts();
  const page = await readOnly(pool, { avoidScans: estimated }, async (client) => {
    const running = await readRunningJobs(client);
    const keys = estimated ? await findCandidates(client, filter, running, dateOf(cursor)) : undefined;
    const rows = await readRows(client, filter, { keys, cursor, limit: query.limit + 1 });
    return { rows, running };
  });
  const rows = page.rows.slice(0, query.limit);
  const last = page.rows.length > query.limit ? rows.at(-1) : undefined;
  return {
    jobs: rows.map((row) => jobItem(row, page.running.get(row.id))),
    ...(last === undefined ? {} : { nextCursor: writeCursor({ changedAtMicros: last.changed_micros, id: last.id }) }),
    counts: totalOf(query.queue === undefined ? queues : queues.filter((queue) => queue.name === query.queue)),
    estimated,
  };
}

type Page = {
  readonly keys: readonly JobKey[] | undefined;
  readonly cursor: JobCursor | undefined;
  readonly limit: number;
};

/** LIMIT keeps the planner from joining by a scan of the whole table: each key is looked up by itself. */
const BY_KEY = `unnest($6::text[], $7::uuid[]) AS key(queue, id) CROSS JOIN LATERAL (
  SELECT * FROM pgboss.job WHERE name = key.queue AND id = key.id LIMIT 1) AS j`;

async function readRows(db: Queryable, filter: JobFilter, { keys, cursor, limit }: Page): Promise<JobRow[]> {
  const among = keys === undefined ? 'pgboss.job AS j' : BY_KEY;
  const found = await db.query(
    `SELECT ${JOB_COLUMNS}
     FROM (
       SELECT j.* FROM ${among}
       WHERE j.name = ANY($1) AND ${conditionOf(filter, '$2')}
         AND ($3::bigint IS NULL OR (${CHANGED_MICROS}, j.id) < ($3::bigint, $4::uuid))
       ORDER BY ${CHANGED_AT} DESC, j.id DESC LIMIT $5
     ) AS j ${LATEST_ATTEMPT}
     ORDER BY ${CHANGED_AT} DESC, j.id DESC`,
    [
      filter.queues,
      filter.name ?? null,
      cursor?.changedAtMicros ?? null,
      cursor?.id ?? null,
      limit,
      ...(keys === undefined ? [] : [keys.map((key) => key.queue), keys.map((key) => key.id)]),
    ],
  );
  return found.rows.map((row) => jobRow.parse(row));
}

function dateOf(cursor: JobCursor | undefined): Date | undefined {
  return cursor === undefined ? undefined : new Date(Number(cursor.changedAtMicros) / 1000 + 1);
}
