import { z } from 'zod';
import { HOLD_CODES, holdKind } from '../../../contract/hold.ts';
import type { HoldView, LimitsView } from '../../../contract/limits-view.ts';
import type { Queryable } from '../../db/pool.ts';

const MOST = 500;
const COUNTED = 10_000;

const detail = z.object({
  limit: z.number().optional(),
  executions: z.number().optional(),
  windowSeconds: z.number().optional(),
  jobId: z.string().optional(),
});
const holdRow = z.object({
  kind: holdKind,
  key: z.string(),
  queue: z.string(),
  name: z.string(),
  since: z.date(),
  until: z.date().nullable(),
  detail,
  waiting: z.number(),
  running: z.number(),
});
const stopRow = z.object({
  root: z.string(),
  kind: z.enum(['depth', 'attempt', 'root']),
  name: z.string(),
  depth: z.number(),
  refused: z.coerce.number(),
  first_at: z.date(),
  last_at: z.date(),
});

/** Every reason for which jobs stand aside just now, the newest first, with how many wait for it. */
export async function readHolds(db: Queryable): Promise<HoldView[]> {
  const found = await db.query(
    `SELECT h.kind, h.key, h.queue, h.name, h.since, h.until, h.detail,
            (SELECT count(*) FROM (SELECT 1 FROM worker_api.held_job j
              WHERE j.kind = h.kind AND j.key = h.key AND (h.queue = '' OR j.queue = h.queue) LIMIT $2) AS few)::int AS waiting,
            (SELECT count(*) FROM worker_api.key_slot s JOIN pgboss.job j ON j.name = s.queue AND j.id = s.job_id
              WHERE h.kind = 'concurrency' AND s.key = h.key AND j.state = 'active'
                AND j.retry_count = s.retry_count)::int AS running
       FROM worker_api.hold h ORDER BY h.since DESC LIMIT $1`,
    [MOST, COUNTED],
  );
  return z
    .array(holdRow)
    .parse(found.rows)
    .map(({ kind, key, queue, name, since, until, waiting, running, detail: more }) => ({
      kind,
      code: HOLD_CODES[kind],
      key,
      name,
      since: since.toISOString(),
      waiting,
      ...(queue === '' ? {} : { queue }),
      ...(until === null ? {} : { until: until.toISOString() }),
      ...(kind === 'concurrency' ? { running } : {}),
      ...more,
    }));
}

/** What was refused to the children of jobs lately, the newest first. */
export async function readLineageStops(db: Queryable): Promise<LimitsView['lineageStops']> {
  const found = await db.query(
    `SELECT root, kind, name, depth, refused, first_at, last_at
       FROM worker_api.lineage_stop ORDER BY last_at DESC LIMIT $1`,
    [MOST],
  );
  return z
    .array(stopRow)
    .parse(found.rows)
    .map(({ first_at: firstAt, last_at: lastAt, ...stop }) => ({
      ...stop,
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
    }));
}
