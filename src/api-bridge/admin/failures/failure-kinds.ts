import { z } from 'zod';
import type { FailureKind } from '../../../contract/failure-view.ts';
import type { Queryable } from '../../db/pool.ts';
import { FAILURE_KINDS, FAILURE_MINUTES } from '../rollups/sum-up.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;

const row = z.object({
  fingerprint: z.string(),
  name: z.string(),
  queue: z.string(),
  error_name: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string(),
  first_seen_at: z.date(),
  last_seen_at: z.date(),
  first_version: z.string().nullable(),
  muted_at: z.date().nullable(),
  muted_by: z.string().nullable(),
  muted_reason: z.string().nullable(),
  hour: z.number(),
  three_hours: z.number(),
  day: z.number(),
  week: z.number(),
  dead: z.number(),
  hours: z.record(z.string(), z.number()),
  now: z.date(),
});

/**
 * Every kind that was seen within seven days. What is summed up already is read from its sums; the two or three newest
 * minutes from the failed attempts, which an index of their own holds. The one kind only, when it is named.
 */
export async function readFailureKinds(db: Queryable, fingerprint?: string): Promise<FailureKind[]> {
  const upto = z
    .object({ upto: z.date() })
    .parse((await db.query(`SELECT upto FROM worker_api.rollup_mark WHERE name = 'attempts'`)).rows[0]).upto;
  const found = await db.query(READ, [upto, 'infinity', fingerprint ?? null]);
  return z.array(row).parse(found.rows).map(viewOf);
}

function viewOf(kind: z.infer<typeof row>): FailureKind {
  const thisHour = Math.floor(kind.now.getTime() / HOUR_MS);
  return {
    fingerprint: kind.fingerprint,
    name: kind.name,
    queue: kind.queue,
    ...(kind.error_name === null ? {} : { errorName: kind.error_name }),
    ...(kind.code === null ? {} : { code: kind.code }),
    message: kind.message,
    attempts: { '1h': kind.hour, '3h': kind.three_hours, '24h': kind.day, '7d': kind.week },
    dead: kind.dead,
    perHour: Array.from({ length: HOURS }, (_, index) => kind.hours[String(thisHour - HOURS + 1 + index)] ?? 0),
    firstSeenAt: kind.first_seen_at.toISOString(),
    lastSeenAt: kind.last_seen_at.toISOString(),
    ...(kind.first_version === null ? {} : { firstVersion: kind.first_version }),
    ...(kind.muted_at === null
      ? {}
      : {
          muted: {
            at: kind.muted_at.toISOString(),
            by: kind.muted_by ?? '',
            reason: kind.muted_reason ?? '',
          },
        }),
  };
}

/** A minute counts where it is not part of an hour that is counted: the newest are in neither table yet. */
const READ = `
  WITH open AS MATERIALIZED (${FAILURE_MINUTES}), fresh AS (${FAILURE_KINDS}), counted AS (
    SELECT fingerprint, 0 AS hour, 0 AS three_hours, attempts AS week, dead,
           CASE WHEN at > now() - interval '24 hours' THEN attempts ELSE 0 END AS day, at
      FROM worker_api.failure_hour
     WHERE at > now() - interval '7 days' AND ($3::text IS NULL OR fingerprint = $3)
    UNION ALL
    SELECT fingerprint, CASE WHEN at >= now() - interval '1 hour' THEN attempts ELSE 0 END, attempts, 0, 0, 0, NULL
      FROM worker_api.failure_minute
     WHERE at >= now() - interval '3 hours' AND ($3::text IS NULL OR fingerprint = $3)
    UNION ALL
    SELECT fingerprint, CASE WHEN at >= now() - interval '1 hour' THEN attempts ELSE 0 END,
           CASE WHEN at >= now() - interval '3 hours' THEN attempts ELSE 0 END, attempts, dead, attempts,
           date_trunc('hour', at)
      FROM open WHERE $3::text IS NULL OR fingerprint = $3
  ), by_hour AS (
    SELECT fingerprint, floor(extract(epoch FROM at) / 3600)::text AS hour, sum(day)::int AS attempts
      FROM counted WHERE day > 0 AND at IS NOT NULL GROUP BY 1, 2
  ), hours AS (
    SELECT fingerprint, jsonb_object_agg(hour, attempts) AS map FROM by_hour GROUP BY 1
  ), sums AS (
    SELECT fingerprint, sum(hour)::int AS hour, sum(three_hours)::int AS three_hours, sum(day)::int AS day,
           sum(week)::int AS week, sum(dead)::int AS dead FROM counted GROUP BY 1
  )
  SELECT s.*, coalesce(h.map, '{}') AS hours, now() AS now,
         coalesce(k.name, f.name) AS name, coalesce(k.queue, f.queue) AS queue,
         coalesce(k.error_name, f.error_name) AS error_name, coalesce(k.code, f.code) AS code,
         coalesce(k.message, f.message) AS message, coalesce(k.first_seen_at, f.first_seen_at) AS first_seen_at,
         greatest(k.last_seen_at, f.last_seen_at) AS last_seen_at,
         CASE WHEN k.fingerprint IS NULL THEN f.first_version ELSE k.first_version END AS first_version,
         k.muted_at, k.muted_by, k.muted_reason
    FROM sums s
    LEFT JOIN worker_api.failure_kind k USING (fingerprint)
    LEFT JOIN fresh f USING (fingerprint)
    LEFT JOIN hours h USING (fingerprint)
   WHERE coalesce(k.fingerprint, f.fingerprint) IS NOT NULL
   ORDER BY s.hour DESC, s.three_hours DESC, s.day DESC, s.week DESC, s.fingerprint`;
