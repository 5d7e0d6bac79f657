import { z } from 'zod';
import type { MinuteBucket } from '../../contract/operator.ts';
import type { Pool } from '../db/pool.ts';
import { readOnly } from './read-only.ts';

const MINUTES = 60;
const MINUTE_MS = 60_000;
/** A transaction that settled in a minute may commit a little later; after this nothing joins the minute any more. */
const SETTLED_AFTER_MS = 90_000;

type Bucket = Omit<MinuteBucket, 'at'>;
const row = z.object({
  now_ms: z.coerce.number(),
  minute_ms: z.coerce.number().nullable(),
  completed: z.number(),
  retried: z.number(),
  failed: z.number(),
});

/**
 * Attempts ended in each of the last 60 minutes, exact. Minutes that are over are remembered, so that each look reads
 * the newest two or three only, whatever the rate.
 */
export function createThroughput(pool: Pool): () => Promise<MinuteBucket[]> {
  const closed = new Map<number, Bucket>();

  return async () => {
    const since = [...closed.keys()].reduce((newest, minuteMs) => Math.max(newest, minuteMs + MINUTE_MS), 0);
    const found = await readOnly(pool, { avoidScans: true }, (client) => client.query(READ, [new Date(since)]));
    const rows = found.rows.map((each) => row.parse(each));
    const nowMs = rows[0]?.now_ms ?? Date.now();
    const fresh = new Map(rows.map((each) => [each.minute_ms, pick(each)]));
    const last = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const minutes = Array.from({ length: MINUTES }, (_, index) => last - (MINUTES - 1 - index) * MINUTE_MS);
    for (const known of closed.keys()) if (known < last - MINUTES * MINUTE_MS) closed.delete(known);
    return minutes.map((minuteMs) => {
      const bucket = closed.get(minuteMs) ?? fresh.get(minuteMs) ?? { completed: 0, retried: 0, failed: 0 };
      if (minuteMs + MINUTE_MS + SETTLED_AFTER_MS < nowMs) closed.set(minuteMs, bucket);
      return { at: new Date(minuteMs).toISOString(), ...bucket };
    });
  };
}

function pick({ completed, retried, failed }: Bucket): Bucket {
  return { completed, retried, failed };
}

/** The outer join keeps one row with the database's clock when no attempt ended at all. */
const READ = `
  SELECT extract(epoch FROM now()) * 1000 AS now_ms, extract(epoch FROM minute) * 1000 AS minute_ms,
         coalesce(completed, 0) AS completed, coalesce(retried, 0) AS retried, coalesce(failed, 0) AS failed
  FROM (SELECT 1) AS always LEFT JOIN (
    SELECT date_trunc('minute', settled_at) AS minute,
           count(*) FILTER (WHERE outcome = 'completed')::int AS completed,
           count(*) FILTER (WHERE outcome IN ('failed', 'lost') AND state <> 'failed')::int AS retried,
           count(*) FILTER (WHERE outcome IN ('failed', 'lost') AND state = 'failed')::int AS failed
    FROM worker_api.attempt
    WHERE settled_at >= greatest($1::timestamptz, date_trunc('minute', now()) - interval '59 minutes')
    GROUP BY 1
  ) AS minutes ON true`;
