import type { Pool } from '../db/pool.ts';
import { QUEUES } from '../../contract/queues.ts';
import { jobEnvelope } from './envelope.ts';
import type { LeaseBook } from './lease-book.ts';
import { refOf, type ClaimedRow } from './claimed-row.ts';

type Row = ClaimedRow & { readonly confirmed: boolean; readonly workerId: string | null };

/**
 * Takes over every attempt that is active when this process starts, with one whole lease of grace: their workers could
 * not be heard meanwhile. Who holds a job is told by the claim that fetched it, and by the worker's own heartbeats.
 */
export async function adoptLeases(pool: Pool, book: LeaseBook, graceMs: number): Promise<number> {
  const found = await pool.query<Row>(
    `WITH held AS (
       SELECT (job.value ->> 1)::uuid AS id, (job.value ->> 2)::int AS retry_count, c.worker_id
         FROM worker_api.claim c CROSS JOIN LATERAL jsonb_array_elements(c.jobs) AS job (value)
        WHERE c.claimed_at > now() - interval '1 day'
       UNION ALL
       SELECT (run.value ->> 'jobId')::uuid, (run.value ->> 'retryCount')::int, w.id
         FROM worker_api.worker w CROSS JOIN LATERAL jsonb_array_elements(w.running) AS run (value)
     )
     SELECT DISTINCT ON (j.name, j.id) j.name AS queue, j.id, j.data, j.retry_count AS "retryCount", j.retry_limit AS "retryLimit",
            j.priority, j.created_on AS "createdOn", j.started_on AS "startedOn", j.expire_seconds AS "expireInSeconds",
            j.heartbeat_on IS DISTINCT FROM j.started_on AS confirmed, held.worker_id AS "workerId"
       FROM pgboss.job j LEFT JOIN held ON held.id = j.id AND held.retry_count = j.retry_count
      WHERE j.state = 'active' AND j.name = ANY ($1::text[])
      ORDER BY j.name, j.id`,
    [QUEUES.map((queue) => queue.name)],
  );
  for (const row of found.rows) {
    const envelope = jobEnvelope.safeParse(row.data).data;
    const ref = refOf(row, row.workerId ?? '(unknown)', envelope?.name ?? '(malformed)', envelope?.meta?.released ?? 0);
    book.adopted(ref, row.confirmed, graceMs);
  }
  return found.rows.length;
}

/**
 * Finds attempts whose worker fell silent together with the replica that knew them: the worker's last words in its row
 * still name them. They enter the book as silent, and the sweep judges them by PostgreSQL like any other.
 */
export async function suspectSilentWorkers(pool: Pool, book: LeaseBook, leaseMs: number): Promise<void> {
  const found = await pool.query<Row>(
    `SELECT j.name AS queue, j.id, j.data, j.retry_count AS "retryCount", j.retry_limit AS "retryLimit", j.priority,
            j.created_on AS "createdOn", j.started_on AS "startedOn", j.expire_seconds AS "expireInSeconds",
            true AS confirmed, w.id AS "workerId"
       FROM worker_api.worker w
      CROSS JOIN LATERAL jsonb_array_elements(w.running) AS run (value)
       JOIN pgboss.job j ON j.name = run.value ->> 'queue' AND j.id = (run.value ->> 'jobId')::uuid
        AND j.retry_count = (run.value ->> 'retryCount')::int AND j.state = 'active'
      WHERE w.last_seen_at < now() - $1::float8 * interval '1 millisecond'
        AND j.heartbeat_on < now() - $1::float8 * interval '1 millisecond'`,
    [leaseMs],
  );
  for (const row of found.rows) {
    const envelope = jobEnvelope.safeParse(row.data).data;
    book.suspected(
      refOf(row, row.workerId ?? '(unknown)', envelope?.name ?? '(malformed)', envelope?.meta?.released ?? 0),
    );
  }
}
