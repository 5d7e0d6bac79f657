import { z } from 'zod';
import type { JobDeclaration } from '../catalogue/declare-job.ts';
import { scheduleName, scheduleTerms, type ScheduleTerms } from './schedule.ts';

/** A job that runs by the clock. Everything but name, job and description can be changed at run time. */
export type ScheduleDeclaration = ScheduleTerms & {
  readonly name: string;
  readonly description: string;
  readonly job: JobDeclaration;
};

type Needed = 'name' | 'cron' | 'job' | 'description';
export type ScheduleChoices<Payload extends z.ZodType> = Pick<ScheduleDeclaration, 'name' | 'cron' | 'description'> &
  Partial<Omit<ScheduleDeclaration, Needed | 'payload'>> & {
    readonly job: JobDeclaration<Payload>;
    readonly payload?: z.input<Payload> & Record<string, unknown>;
  };

const DEFAULTS = {
  timeZone: 'UTC',
  payload: {},
  missed: 'skip',
  missedWindowSeconds: 3600,
  overlap: 'allow',
  jitterSeconds: 0,
} as const;

const checked = scheduleTerms.extend({ name: scheduleName, description: z.string().min(1).max(300) });

/**
 * Completes a declaration: UTC, no payload, missed runs skipped (the window is an hour where they are not), runs
 * may overlap, no jitter. Throws with the schedule's name, the field and what was expected: a fault here is one of
 * the source and must not wait for the night to be found.
 */
export function declareSchedule<Payload extends z.ZodType>(choices: ScheduleChoices<Payload>): ScheduleDeclaration {
  const { job, ...terms } = { ...DEFAULTS, ...choices };
  const parsed = checked.safeParse(terms);
  const faults = parsed.error?.issues ?? job.payload.safeParse(terms.payload).error?.issues;
  const first = faults?.[0];
  if (first !== undefined || parsed.data === undefined)
    throw new TypeError(`schedule ${terms.name}: ${first?.path.join('.') ?? 'it'}: ${first?.message ?? 'refused'}`);
  return Object.freeze({ ...parsed.data, job });
}
