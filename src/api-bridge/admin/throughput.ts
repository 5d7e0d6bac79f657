import { z } from 'zod';
import type { MinuteBucket } from '../../contract/operator.ts';
import type { Pool } from '../db/pool.ts';
import { readOnly } from './read-only.ts';

const MINUTES = 60;
const MINUTE_MS = 60_000;

const row = z.object({
  now_ms: z.coerce.number(),
  minute_ms: z.coerce.number().nullable(),
  completed: z.number(),
  retried: z.number(),
  failed: z.number(),
});

/**
 * Attempts ended in each of the last 60 minutes. Minutes that are over come from their sums, so that each look reads the
 * two or three newest only, whatever the rate.
 */
export function createThroughput(pool: Pool): () => Promise<MinuteBucket[]> {
  return async () => {
    const found = await readOnly(pool, { avoidScans: true }, (client) => client.query(READ));
    const rows = found.rows.map((each) => row.parse(each));
    const nowMs = rows[0]?.now_ms ?? Date.now();
    const known = new Map(rows.map((each) => [each.minute_ms, each]));
    const last = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    return Array.from({ length: MINUTES }, (_, index) => {
      const minuteMs = last - (MINUTES - 1 - index) * MINUTE_MS;
      const { completed = 0, retried = 0, failed = 0 } = known.get(minuteMs) ?? {};
      return { at: new Date(minuteMs).toISOString(), completed, retried, failed };
    });
  };
}

/** The outer join keeps one row with the database's clock when no attempt ended at all. */
const READ = `
  WITH bounds AS (
    SELECT date_trunc('minute', now()) - interval '59 minutes' AS since,
           (SELECT upto FROM worker_api.rollup_mark WHERE name = 'attempts') AS upto
  ), minutes AS (
    SELECT minute, sum(completed)::int AS completed, sum(retried)::int AS retried, sum(failed)::int AS failed
      FROM worker_api.queue_minute WHERE minute >= (SELECT since FROM bounds) GROUP BY 1
    UNION ALL
    SELECT date_trunc('minute', settled_at), count(*) FILTER (WHERE outcome = 'completed')::int,
           count(*) FILTER (WHERE outcome IN ('failed', 'lost') AND state <> 'failed')::int,
           count(*) FILTER (WHERE outcome IN ('failed', 'lost') AND state = 'failed')::int
      FROM worker_api.attempt WHERE settled_at >= (SELECT greatest(since, upto) FROM bounds) GROUP BY 1
  )
  SELECT extract(epoch FROM now()) * 1000 AS now_ms, extract(epoch FROM minute) * 1000 AS minute_ms,
         coalesce(completed, 0) AS completed, coalesce(retried, 0) AS retried, coalesce(failed, 0) AS failed
    FROM (SELECT 1) AS always LEFT JOIN minutes ON true`;
