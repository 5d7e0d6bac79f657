import { z } from 'zod';
import { jobState } from '../../contract/fields.ts';
import { runOutcome, type RunMark } from '../../contract/schedules/schedule.ts';
import type { Queryable } from '../db/pool.ts';

const LATE_MS = 60_000;

const row = z.object({
  schedule: z.string(),
  outcome: runOutcome,
  trigger: z.enum(['clock', 'hand']),
  late_ms: z.coerce.number(),
  job_state: jobState.nullable(),
});

/** The newest runs of every schedule, each as one mark, the oldest first. */
export async function readMarks(db: Queryable, limit: number): Promise<ReadonlyMap<string, readonly RunMark[]>> {
  const found = await db.query(
    `SELECT s.name AS schedule, r.outcome, r.trigger, j.state::text AS job_state,
            extract(epoch FROM r.fired_at - r.fire_time) * 1000 AS late_ms
       FROM worker_api.schedule s
      CROSS JOIN LATERAL (
        SELECT * FROM worker_api.schedule_run WHERE schedule = s.name ORDER BY fire_time DESC LIMIT $1) r
       LEFT JOIN LATERAL (SELECT state FROM pgboss.job WHERE name = r.queue AND id = r.job_id LIMIT 1) j ON true
      ORDER BY s.name, r.fire_time`,
    [limit],
  );
  const marks = Map.groupBy(z.array(row).parse(found.rows), ({ schedule }) => schedule);
  return new Map([...marks].map(([schedule, runs]) => [schedule, runs.map(markOf)]));
}

function markOf({ outcome, trigger, late_ms: lateMs, job_state: state }: z.infer<typeof row>): RunMark {
  switch (outcome) {
    case 'missed':
      return 'missed';
    case 'replaced':
      return 'replaced';
    case 'skipped_overlap':
      return 'skipped';
    case 'fired':
      if (state === null) return 'gone';
      if (state === 'failed' || state === 'cancelled') return state;
      if (state !== 'completed') return 'open';
      return trigger === 'clock' && lateMs >= LATE_MS ? 'late' : 'ok';
  }
}
