import { cronExpression, parseCron } from '../../contract/schedules/cron.ts';
import { nextRun, nextRuns } from '../../contract/schedules/next-run.ts';
import type { ScheduleTerms } from '../../contract/schedules/schedule.ts';
import { isTimeZone } from '../../contract/schedules/zone.ts';

type Times = Pick<ScheduleTerms, 'cron' | 'timeZone'>;

/** When terms fire next after an instant; null when that is beyond 40 years, as SQL writes it. */
export function nextRunOf({ cron, timeZone }: Times, after: Date): Date | null {
  const atMs = nextRun(parseCron(cron), timeZone, after.getTime());
  return atMs === undefined ? null : new Date(atMs);
}

/** The next runs, as the wire has them; none of stored terms that cannot be read here any more. */
export function previewRuns({ cron, timeZone }: Times, after: Date, count: number): string[] {
  if (!isTimeZone(timeZone) || !cronExpression.safeParse(cron).success) return [];
  return nextRuns(parseCron(cron), timeZone, after.getTime(), count).map((atMs) => new Date(atMs).toISOString());
}
