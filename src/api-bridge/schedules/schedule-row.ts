import { z } from 'zod';
import { scheduleTerms, type ScheduleTerms } from '../../contract/schedules/schedule.ts';
import type { Queryable } from '../db/pool.ts';

/** Terms were checked when they were written; a zone may have left the database of zones since, and one row must not stop the rest. */
const storedTerms = scheduleTerms.extend({ cron: z.string(), timeZone: z.string() });

/** A schedule as its row has it. */
export const scheduleRow = z.object({
  name: z.string(),
  description: z.string(),
  job: z.string(),
  declared: storedTerms,
  changed: storedTerms.partial(),
  version: z.number(),
  next_run_at: z.date().nullable(),
  paused_at: z.date().nullable(),
  paused_by: z.string().nullable(),
  paused_reason: z.string().nullable(),
  switched_by_hand: z.boolean(),
  removed_at: z.date().nullable(),
});
export type ScheduleRow = z.infer<typeof scheduleRow>;

export const SCHEDULE_COLUMNS = `s.name, s.description, s.job, s.declared, s.changed, s.version, s.next_run_at,
  s.paused_at, s.paused_by, s.paused_reason, s.switched_by_hand, s.removed_at`;

/** Gives the time that counts: the database's, unless a test has one of its own. */
export type Clock = () => Date;

/** What counts: the declaration, but for what somebody changed. */
export function termsOf({ declared, changed }: Pick<ScheduleRow, 'declared' | 'changed'>): ScheduleTerms {
  const terms: ScheduleTerms = { ...declared };
  return Object.assign(terms, changed);
}

/** The database's clock: replicas agree about it, whatever their own clocks say. */
export async function readNow(db: Queryable, now: Clock | undefined): Promise<Date> {
  const found = await db.query('SELECT coalesce($1::timestamptz, now()) AS now', [now?.() ?? null]);
  return z.object({ now: z.date() }).parse(found.rows[0]).now;
}

/** One row, held until the transaction ends; undefined when there is none. */
export async function lockSchedule(client: Queryable, name: string): Promise<ScheduleRow | undefined> {
  const found = await client.query(
    `SELECT ${SCHEDULE_COLUMNS} FROM worker_api.schedule s WHERE s.name = $1 FOR UPDATE`,
    [name],
  );
  return found.rows.length === 0 ? undefined : scheduleRow.parse(found.rows[0]);
}
