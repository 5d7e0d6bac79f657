import { z } from 'zod';
import { jobState } from '../../contract/fields.ts';
import { runOutcome, type ScheduleRun, type ScheduleView } from '../../contract/schedules/schedule.ts';
import type { Queryable } from '../db/pool.ts';
import { SCHEDULE_COLUMNS, scheduleRow, termsOf, type ScheduleRow } from './schedule-row.ts';

const runRow = z.object({
  fire_time: z.date(),
  outcome: runOutcome,
  trigger: z.enum(['clock', 'hand']),
  job_id: z.string().nullable(),
  fired_at: z.date(),
  job_state: jobState.nullable(),
});
const lastRunRow = runRow.extend({ schedule: z.string() });

const RUN_COLUMNS = 'r.fire_time, r.outcome, r.trigger, r.job_id, r.fired_at, j.state::text AS job_state';
const JOB_OF_RUN = 'LEFT JOIN pgboss.job j ON j.name = r.queue AND j.id = r.job_id';

/** Schedules by name, each with its last run; one of them when a name is given. `queueOf` names the queue of a job. */
export async function readSchedules(
  db: Queryable,
  queueOf: (job: string) => string,
  name?: string,
): Promise<ScheduleView[]> {
  const found = await db.query(
    `SELECT ${SCHEDULE_COLUMNS} FROM worker_api.schedule s WHERE $1::text IS NULL OR s.name = $1 ORDER BY s.name`,
    [name ?? null],
  );
  const last = await db.query(
    `SELECT s.name AS schedule, ${RUN_COLUMNS} FROM worker_api.schedule s
      CROSS JOIN LATERAL (
        SELECT * FROM worker_api.schedule_run WHERE schedule = s.name ORDER BY fire_time DESC LIMIT 1) r
       ${JOB_OF_RUN} WHERE $1::text IS NULL OR s.name = $1`,
    [name ?? null],
  );
  const lastRuns = new Map(
    z
      .array(lastRunRow)
      .parse(last.rows)
      .map((row) => [row.schedule, runView(row)]),
  );
  const rows = z.array(scheduleRow).parse(found.rows);
  return rows.map((row) => scheduleViewOf(row, queueOf(row.job), lastRuns.get(row.name)));
}

/** The newest runs of one schedule. */
export async function readRuns(db: Queryable, name: string, limit: number): Promise<ScheduleRun[]> {
  const found = await db.query(
    `SELECT ${RUN_COLUMNS} FROM (
       SELECT * FROM worker_api.schedule_run WHERE schedule = $1 ORDER BY fire_time DESC LIMIT $2) r
     ${JOB_OF_RUN} ORDER BY r.fire_time DESC`,
    [name, limit],
  );
  return z.array(runRow).parse(found.rows).map(runView);
}

/** The run behind a job. */
export async function readRunOfJob(db: Queryable, jobId: string): Promise<ScheduleRun | undefined> {
  const found = await db.query(
    `SELECT ${RUN_COLUMNS} FROM worker_api.schedule_run r ${JOB_OF_RUN} WHERE r.job_id = $1`,
    [jobId],
  );
  return z.array(runRow).parse(found.rows).map(runView)[0];
}

function scheduleViewOf(row: ScheduleRow, queue: string, lastRun: ScheduleRun | undefined): ScheduleView {
  const { name, description, job, version, paused_at: pausedAt, paused_by: by, paused_reason: reason } = row;
  const runs = pausedAt === null && row.removed_at === null && row.next_run_at !== null;
  return {
    ...termsOf(row),
    ...{ name, description, job, queue, version },
    state: row.removed_at !== null ? 'removed' : pausedAt === null ? 'active' : 'paused',
    changed: Object.keys(row.changed),
    ...(pausedAt === null
      ? {}
      : { paused: { at: pausedAt.toISOString(), by: by ?? '', ...(reason === null ? {} : { reason }) } }),
    ...(runs ? { nextRunAt: row.next_run_at?.toISOString() ?? '' } : {}),
    ...(lastRun === undefined ? {} : { lastRun }),
  };
}

function runView({
  fire_time: fireTime,
  outcome,
  trigger,
  job_id: jobId,
  fired_at: firedAt,
  job_state: state,
}: z.infer<typeof runRow>): ScheduleRun {
  return {
    fireTime: fireTime.toISOString(),
    outcome,
    trigger,
    firedAt: firedAt.toISOString(),
    ...(jobId === null ? {} : { jobId }),
    ...(state === null ? {} : { jobState: state }),
  };
}
