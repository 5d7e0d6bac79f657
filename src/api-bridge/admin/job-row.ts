import { z } from 'zod';
import { jobState } from '../../contract/fields.ts';
import type { JobListItem } from '../../contract/operator.ts';
import type { RunningJob } from './running-jobs.ts';

/** A list shows a glance of the payload; what is larger stays in its row. The stored size is asked first: it is free. */
const PAYLOAD_BYTES = 2_048;

export const jobRow = z.object({
  id: z.string(),
  queue: z.string(),
  name: z.string(),
  state: jobState,
  attempt: z.number(),
  max_attempts: z.number(),
  priority: z.number(),
  created_on: z.date(),
  start_after: z.date(),
  started_on: z.date().nullable(),
  completed_on: z.date().nullable(),
  payload: z.unknown(),
  error: z.string().nullable(),
  worker_id: z.string().nullable(),
  source_name: z.string().nullable(),
  source_id: z.string().nullable(),
  changed_micros: z.string(),
});
export type JobRow = z.infer<typeof jobRow>;

/** When a job last changed: created, claimed or ended, whichever came last. */
export const CHANGED_AT = `greatest(j.created_on, j.started_on, j.completed_on)`;
export const CHANGED_MICROS = `(extract(epoch FROM ${CHANGED_AT}) * 1000000)::bigint`;

/** The columns of one job `j` and its latest attempt `a`. The attempt's number is counted without releases. */
export const JOB_COLUMNS = `
  j.id, j.name AS queue, left(coalesce(j.data->>'name', j.name), 200) AS name, j.state::text AS state,
  greatest(1, j.retry_count + 1 - coalesce((j.data->'meta'->>'released')::int, 0)) AS attempt,
  greatest(1, CASE WHEN j.state = 'failed' THEN (j.data->'meta'->>'maxAttempts')::int END,
           j.retry_limit + 1 - coalesce((j.data->'meta'->>'released')::int, 0)) AS max_attempts,
  j.priority, j.created_on, j.start_after, j.started_on, j.completed_on,
  CASE WHEN pg_column_size(j.data) > ${PAYLOAD_BYTES} THEN NULL
       WHEN octet_length(j.data->>'payload') <= ${PAYLOAD_BYTES} THEN j.data->'payload' END AS payload,
  left(coalesce(j.source_output->>'message', CASE WHEN j.state IN ('retry', 'failed')
    THEN coalesce(a.error->>'message', j.output->>'message') END), 500) AS error,
  j.source_name, j.source_id,
  a.worker_id, ${CHANGED_MICROS}::text AS changed_micros`;

export const LATEST_ATTEMPT = `
  LEFT JOIN LATERAL (
    SELECT worker_id, error FROM worker_api.attempt
    WHERE job_id = j.id AND queue = j.name ORDER BY retry_count DESC LIMIT 1) AS a ON true`;

/** The wire form. While a job runs, its worker and progress are what the latest heartbeat said. */
export function jobItem(row: JobRow, running: RunningJob | undefined): JobListItem {
  const workerId = row.state === 'active' ? running?.workerId : (row.worker_id ?? undefined);
  const percent = row.state === 'active' ? running?.percent : undefined;
  return {
    id: row.id,
    queue: row.queue,
    name: row.name,
    state: row.state,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    priority: row.priority,
    enqueuedAt: row.created_on.toISOString(),
    runAt: row.start_after.toISOString(),
    ...(row.started_on === null ? {} : { claimedAt: row.started_on.toISOString() }),
    ...(row.completed_on === null ? {} : { finishedAt: row.completed_on.toISOString() }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(workerId === undefined ? {} : { workerId }),
    ...(percent === undefined ? {} : { percent }),
    ...(row.source_name === null || row.source_id === null
      ? {}
      : { source: { queue: row.source_name, id: row.source_id } }),
    ...(row.payload === null ? {} : { payload: row.payload }),
  };
}
