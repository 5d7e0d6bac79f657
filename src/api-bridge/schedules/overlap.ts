import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';

/** A run whose job has not ended: queued, waiting for another attempt, or active. */
export type OpenRun = {
  readonly schedule: string;
  readonly queue: string;
  readonly jobId: string;
  readonly fireTime: Date;
};

const row = z.object({ schedule: z.string(), queue: z.string(), job_id: z.string(), fire_time: z.date() });

/** Further back nobody looks: then as many runs of one schedule are open at once, and that they are is known already. */
const RUNS_LOOKED_AT = 20;

/** The runs of these schedules that overlap with one that would be fired now, also those that a person fired. */
export async function findOpenRuns(client: Queryable, schedules: readonly string[]): Promise<OpenRun[]> {
  if (schedules.length === 0) return [];
  const found = await client.query(
    `SELECT r.schedule, r.queue, r.job_id, r.fire_time
       FROM unnest($1::text[]) AS asked (name)
      CROSS JOIN LATERAL (
        SELECT * FROM worker_api.schedule_run
         WHERE schedule = asked.name AND outcome = 'fired' ORDER BY fire_time DESC LIMIT ${RUNS_LOOKED_AT}) r
       JOIN pgboss.job j ON j.name = r.queue AND j.id = r.job_id AND j.state < 'completed'`,
    [schedules],
  );
  return z
    .array(row)
    .parse(found.rows)
    .map((each) => ({ schedule: each.schedule, queue: each.queue, jobId: each.job_id, fireTime: each.fire_time }));
}

/** Notes that later runs took the places of these. */
export async function markReplaced(client: Queryable, runs: readonly OpenRun[]): Promise<void> {
  if (runs.length === 0) return;
  await client.query(`UPDATE worker_api.schedule_run SET outcome = 'replaced' WHERE job_id = ANY ($1::uuid[])`, [
    runs.map((run) => run.jobId),
  ]);
}
