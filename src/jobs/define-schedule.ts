import type { z } from 'zod';
import {
  completeSchedule,
  type ScheduleChoices,
  type ScheduleDeclaration,
} from '../contract/schedules/declare-schedule.ts';

/**
 * A job of yours that runs by the clock: exported beside its job, it is declared when the API loads WORKER_JOBS. Five
 * fields of cron in a time zone; what is left out is UTC, no payload, missed runs skipped, runs may overlap, no
 * jitter. Faults are named at the start, all together; everything but name and job can be changed while it runs.
 */
export function defineSchedule<Payload extends z.ZodType>(choices: ScheduleChoices<Payload>): ScheduleDeclaration {
  return completeSchedule(choices);
}
