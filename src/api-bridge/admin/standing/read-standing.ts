import { z } from 'zod';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import { jobStanding, type JobStanding } from '../../../contract/job-standing.ts';
import type { Queryable } from '../../db/pool.ts';

type Job = { readonly queue: string; readonly id: string };

const COUNTED = 1_000;
const RUNS = 60;
/** How far back runs of the same name are looked for, among all that ended. */
const LOOKED_AT = 5_000;

const pending = z.object({ name: z.string(), is_pending: z.boolean(), lineage: z.unknown() });
const lineage = jobStanding.shape.lineage;
const facts = z.object({
  paused_at: z.date().nullable(),
  paused_by: z.string().nullable(),
  paused_reason: z.string().nullable(),
  key_running: z.number().nullable(),
  ahead: z.number(),
  per_minute: z.coerce.number(),
  schedule: z.string().nullable(),
  fire_time: z.date().nullable(),
  trigger: z.enum(['clock', 'hand']).nullable(),
});
const run = z.object({ outcome: z.enum(['completed', 'failed', 'lost']), ran_ms: z.coerce.number() });

/** What surrounds a job, by lookups only; undefined when there is no such job. */
export async function readStanding(
  db: Queryable,
  catalogue: Catalogue,
  { queue, id }: Job,
): Promise<JobStanding | undefined> {
  const found = await db.query(
    `SELECT left(coalesce(data->>'name', name), 200) AS name, state < 'active' AS is_pending, data->'meta'->'lineage' AS lineage
       FROM pgboss.job WHERE name = $1 AND id = $2`,
    [queue, id],
  );
  if (found.rows.length === 0) return undefined;
  const job = pending.parse(found.rows[0]);
  const rows = await db.query(FACTS, [queue, id, job.is_pending]);
  const known = facts.parse(rows.rows[0]);
  const runs = await db.query(LAST_RUNS, [job.name]);
  const declared = catalogue.find(job.name);
  const circuit = declared?.circuit;
  const from = job.lineage === null ? undefined : lineage.safeParse(job.lineage).data;
  return {
    ...(known.paused_at === null
      ? {}
      : {
          paused: { at: known.paused_at.toISOString(), by: known.paused_by ?? '', reason: known.paused_reason ?? '' },
        }),
    requires: {
      ...(declared?.labels === undefined ? {} : { labels: { ...declared.labels } }),
      ...(declared?.concurrency?.perKey === undefined ? {} : { perKey: declared.concurrency.perKey.limit }),
      ...(circuit === undefined ? {} : { circuit: typeof circuit === 'string' ? circuit : circuit.name }),
      ...(declared === undefined ? {} : { timeoutSeconds: declared.timeoutSeconds }),
    },
    ...(known.key_running === null ? {} : { keyRunning: known.key_running }),
    ahead: Math.min(COUNTED, known.ahead),
    aheadMore: known.ahead > COUNTED,
    perMinute: known.per_minute,
    ...(known.schedule === null || known.fire_time === null || known.trigger === null
      ? {}
      : { schedule: { name: known.schedule, fireTime: known.fire_time.toISOString(), trigger: known.trigger } }),
    ...(from === undefined ? {} : { lineage: from }),
    runs: z
      .array(run)
      .parse(runs.rows)
      .toReversed()
      .map(({ outcome, ran_ms: ranMs }) => ({ outcome, ranMs: Math.max(0, ranMs) })),
  };
}

/** Claims take the highest priority first, and of these the oldest: the index of the claims gives what is before it. */
const FACTS = `
  SELECT p.paused_at, p.paused_by, p.reason AS paused_reason, s.schedule, s.fire_time, s.trigger,
         (SELECT count(*)::int FROM worker_api.held_job h JOIN worker_api.key_slot k ON k.key = h.key
           WHERE h.queue = $1 AND h.job_id = $2 AND h.kind = 'concurrency' HAVING count(*) > 0) AS key_running,
         CASE WHEN NOT $3 THEN 0 ELSE (SELECT count(*)::int FROM (
           SELECT 1 FROM pgboss.job j, pgboss.job me
            WHERE me.name = $1 AND me.id = $2 AND j.name = $1 AND j.state < 'active' AND NOT j.blocked
              AND j.start_after <= now() AND j.id <> me.id
              AND (j.priority > me.priority OR (j.priority = me.priority AND j.created_on < me.created_on))
            LIMIT ${COUNTED + 1}) AS before) END AS ahead,
         (SELECT coalesce(sum(completed + retried + failed), 0) / 10.0 FROM worker_api.queue_minute
           WHERE queue = $1 AND minute > now() - interval '11 minutes') AS per_minute
    FROM (SELECT 1) AS one
    LEFT JOIN worker_api.paused_queue p ON p.queue = $1
    LEFT JOIN worker_api.schedule_run s ON s.job_id = $2`;

const LAST_RUNS = `
  SELECT outcome, extract(epoch FROM settled_at - claimed_at) * 1000 AS ran_ms FROM (
    SELECT name, outcome, settled_at, claimed_at FROM worker_api.attempt ORDER BY settled_at DESC LIMIT ${LOOKED_AT}
  ) AS newest
  WHERE name = $1 AND outcome IN ('completed', 'failed', 'lost') ORDER BY settled_at DESC LIMIT ${RUNS}`;
