import { z } from 'zod';
import type { FailedAttempt, FailureWindow } from '../../../contract/failure-view.ts';
import type { Queryable } from '../../db/pool.ts';
import { readCursor, writeCursor } from '../job-cursor.ts';

const SPANS: Readonly<Record<FailureWindow, string>> = {
  '1h': '1 hour',
  '3h': '3 hours',
  '24h': '24 hours',
  '7d': '7 days',
};

const row = z.object({
  queue: z.string(),
  job_id: z.string(),
  attempt: z.number(),
  worker_id: z.string(),
  settled_at: z.date(),
  micros: z.string(),
  message: z.string(),
  last: z.boolean(),
  state: z.string().nullable(),
});

type Asked = {
  readonly fingerprint: string;
  readonly within: FailureWindow;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

/** The attempts of one kind, the newest first. */
export async function readFailedAttempts(
  db: Queryable,
  { fingerprint, within, limit, cursor }: Asked,
): Promise<{ attempts: FailedAttempt[]; nextCursor?: string }> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const found = await db.query(
    `SELECT a.queue, a.job_id, a.attempt, a.worker_id, a.settled_at,
            (extract(epoch FROM a.settled_at) * 1000000)::bigint::text AS micros,
            left(coalesce(a.error ->> 'message', a.outcome), 500) AS message, a.state = 'failed' AS last,
            j.state::text AS state
       FROM (
         SELECT * FROM worker_api.attempt
          WHERE fingerprint = $1 AND settled_at > now() - $2::interval
            AND ($3::bigint IS NULL OR settled_at <= to_timestamp($3::bigint / 1000000.0)
                 AND ((extract(epoch FROM settled_at) * 1000000)::bigint, job_id) < ($3::bigint, $4::uuid))
          ORDER BY settled_at DESC, job_id DESC LIMIT $5) AS a
       LEFT JOIN LATERAL (SELECT state FROM pgboss.job WHERE name = a.queue AND id = a.job_id LIMIT 1) AS j ON true
      ORDER BY a.settled_at DESC, a.job_id DESC`,
    [fingerprint, SPANS[within], after?.changedAtMicros ?? null, after?.id ?? null, limit + 1],
  );
  const rows = z.array(row).parse(found.rows);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    attempts: rows.slice(0, limit).map((each) => ({
      queue: each.queue,
      jobId: each.job_id,
      attempt: each.attempt,
      workerId: each.worker_id,
      at: each.settled_at.toISOString(),
      message: each.message,
      last: each.last,
      ...(each.state === null ? {} : { state: each.state }),
    })),
    ...(last === undefined ? {} : { nextCursor: writeCursor({ changedAtMicros: last.micros, id: last.job_id }) }),
  };
}

export type FailedJob = { readonly queue: string; readonly id: string };

const job = z.object({ queue: z.string(), id: z.string() });

/** Jobs that ended with one of these kinds and are still failed, the oldest first. */
export async function findFailedJobs(
  db: Queryable,
  fingerprints: readonly string[],
  limit: number,
): Promise<FailedJob[]> {
  const found = await db.query(
    `SELECT a.queue, a.job_id AS id
       FROM worker_api.attempt a CROSS JOIN LATERAL (
         SELECT 1 FROM pgboss.job
          WHERE name = a.queue AND id = a.job_id AND state = 'failed' AND retry_count = a.retry_count LIMIT 1) AS j
      WHERE a.fingerprint = ANY ($1) AND a.state = 'failed' ORDER BY a.settled_at LIMIT $2`,
    [fingerprints, limit],
  );
  return z.array(job).parse(found.rows);
}
