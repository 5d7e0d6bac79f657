import { z } from 'zod';
import type { JobDeclaration } from '../catalogue/declare-job.ts';
import { describeIssue } from '../describe-issue.ts';
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
 * may overlap, no jitter. What is wrong with it is told by scheduleFaults, together with everything else that is.
 */
export function completeSchedule<Payload extends z.ZodType>(choices: ScheduleChoices<Payload>): ScheduleDeclaration {
  return Object.freeze({ ...DEFAULTS, ...choices });
}

/** Everything that is wrong with one schedule: its fields, and a payload that its job's schema refuses. */
export function scheduleFaults({ job, ...terms }: ScheduleDeclaration): string[] {
  const ofTerms = checked.safeParse(terms, { error: describeIssue }).error?.issues ?? [];
  // Only where there is a job at all, which untyped code need not give.
  const schema = z.looseObject({ payload: z.instanceof(z.ZodType) }).safeParse(job).data?.payload;
  const payload = schema?.safeParse(terms.payload, { error: describeIssue }).error?.issues ?? [];
  const ofPayload = payload.map(({ path, message }) => ({ path: ['payload', ...path], message }));
  return [...ofTerms, ...ofPayload].map(
    ({ path, message }) => `schedule ${terms.name}: ${path.join('.') || 'it'}: ${message}`,
  );
}

/**
 * A schedule of the product. Throws with its name, the field and what was expected: a fault here is one of the source
 * and must not wait for the night to be found.
 */
export function declareSchedule<Payload extends z.ZodType>(choices: ScheduleChoices<Payload>): ScheduleDeclaration {
  const schedule = completeSchedule(choices);
  const [first] = scheduleFaults(schedule);
  if (first !== undefined) throw new TypeError(first);
  return schedule;
}
