import { classInSql } from './duration-classes.ts';

/** How many attempts of a queue's minute are timed. */
const RUNS_TIMED = 500;
const WAITS_TIMED = 200;

/**
 * Attempts that ended from $1 on and before $2, by queue and minute. What an attempt waited for is the time its job was
 * due; that of an attempt after which the job was queued again is not known any more.
 */
export const QUEUE_MINUTES = `
  WITH ended AS MATERIALIZED (
    SELECT queue, date_trunc('minute', settled_at) AS minute, job_id, retry_count, outcome, state, claimed_at, settled_at,
           row_number() OVER (PARTITION BY queue, date_trunc('minute', settled_at)) AS nth
      FROM worker_api.attempt
     WHERE settled_at >= $1 AND settled_at < $2 AND outcome IN ('completed', 'failed', 'lost')
  ), counts AS (
    SELECT queue, minute, count(*) FILTER (WHERE outcome = 'completed')::int AS completed,
           count(*) FILTER (WHERE outcome <> 'completed' AND state <> 'failed')::int AS retried,
           count(*) FILTER (WHERE outcome <> 'completed' AND state = 'failed')::int AS failed
      FROM ended GROUP BY 1, 2
  ), runs AS (
    SELECT queue, minute, jsonb_object_agg(class, attempts) AS map FROM (
      SELECT queue, minute, ${classInSql('settled_at - claimed_at')} AS class, count(*)::int AS attempts
        FROM ended WHERE nth <= ${RUNS_TIMED} AND outcome <> 'lost' GROUP BY 1, 2, 3) AS classes GROUP BY 1, 2
  ), waits AS (
    SELECT queue, minute, jsonb_object_agg(class, attempts) AS map FROM (
      SELECT e.queue, e.minute, ${classInSql('e.claimed_at - greatest(j.created_on, j.start_after)')} AS class,
             count(*)::int AS attempts
        FROM ended e CROSS JOIN LATERAL (
          SELECT created_on, start_after FROM pgboss.job
           WHERE name = e.queue AND id = e.job_id AND retry_count = e.retry_count AND state > 'active' LIMIT 1) AS j
       WHERE e.nth <= ${WAITS_TIMED} GROUP BY 1, 2, 3) AS classes GROUP BY 1, 2
  )
  SELECT minute, queue, completed, retried, failed, coalesce(waits.map, '{}') AS waits, coalesce(runs.map, '{}') AS runs
    FROM counts LEFT JOIN runs USING (queue, minute) LEFT JOIN waits USING (queue, minute)`;

/** Kinds of failure among the attempts that ended from $1 on and before $2; `at` is the minute of each count. */
export const FAILURE_MINUTES = `
  SELECT a.fingerprint, date_trunc('minute', a.settled_at) AS at, count(*)::int AS attempts,
         count(*) FILTER (WHERE a.state = 'failed')::int AS dead
    FROM worker_api.attempt a
   WHERE a.settled_at >= $1 AND a.settled_at < $2 AND a.outcome <> 'completed' AND a.fingerprint IS NOT NULL
   GROUP BY 1, 2`;

/** The same attempts as kinds, each as its first one said it, with the version of the worker that ran that one. */
export const FAILURE_KINDS = `
  SELECT kind.fingerprint, kind.name, kind.queue, kind.error_name, kind.code, kind.message,
         kind.first_seen_at, kind.last_seen_at, w.version AS first_version
    FROM (
      SELECT DISTINCT ON (fingerprint) fingerprint, name, queue, left(error ->> 'name', 200) AS error_name,
             left(error ->> 'code', 200) AS code, left(coalesce(error ->> 'message', ''), 500) AS message, worker_id,
             settled_at AS first_seen_at, max(settled_at) OVER (PARTITION BY fingerprint) AS last_seen_at
        FROM worker_api.attempt
       WHERE settled_at >= $1 AND settled_at < $2 AND outcome <> 'completed' AND fingerprint IS NOT NULL
       ORDER BY fingerprint, settled_at) AS kind
    LEFT JOIN worker_api.worker w ON w.id = kind.worker_id`;
