import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import type { Run } from './choose-runs.ts';

/** Writes runs of the clock and gives those that were new: a run that is there already is never fired again. */
export async function writeRuns(client: Queryable, runs: readonly Run[], firedAt: Date): Promise<Run[]> {
  const inserted = await client.query(
    `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger, queue, job_id, fired_at)
     SELECT run.schedule, run.fire_time, run.outcome, 'clock', run.queue, run.job_id, $6
       FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[])
         AS run (schedule, fire_time, outcome, queue, job_id)
     ON CONFLICT (schedule, fire_time) DO NOTHING RETURNING schedule, fire_time`,
    [
      runs.map((run) => run.schedule),
      runs.map((run) => new Date(run.fireMs)),
      runs.map((run) => run.outcome),
      runs.map((run) => run.job?.declaration.queue ?? null),
      runs.map((run) => run.job?.id ?? null),
      firedAt,
    ],
  );
  const written = z.array(z.object({ schedule: z.string(), fire_time: z.date() })).parse(inserted.rows);
  const known = new Set(written.map((row) => `${row.schedule} ${row.fire_time.getTime()}`));
  return runs.filter((run) => known.has(`${run.schedule} ${run.fireMs}`));
}
