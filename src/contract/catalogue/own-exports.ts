import { z } from 'zod';
import { scheduleFaults, type ScheduleDeclaration } from '../schedules/declare-schedule.ts';
import type { JobDeclaration } from './declare-job.ts';
import { circuitConflicts, jobFaults } from './job-faults.ts';

/** What a user's modules export and what is wrong with it. */
export type OwnExports = {
  /** Every job, declarations and definitions alike; of a declaration and its definition only the definition. */
  readonly jobs: readonly JobDeclaration[];
  readonly schedules: readonly ScheduleDeclaration[];
  readonly faults: readonly string[];
};

type Shipped = { readonly jobs: readonly JobDeclaration[]; readonly schedules: readonly ScheduleDeclaration[] };

const jobLike = z.looseObject({ name: z.string(), queue: z.string(), payload: z.unknown() });
const scheduleLike = z.looseObject({ name: z.string(), cron: z.string() });

/**
 * Finds jobs and schedules among exported values: what has the fields of one, whoever made it. What two modules export of
 * one counts once. Each name may stand once, beside those that ship; a schedule's job must be one of either.
 */
export function readOwnExports(exported: readonly unknown[], shipped: Shipped): OwnExports {
  const schedules = [...new Set(exported.filter(isSchedule))];
  const jobs = withoutDeclared([...new Set(exported.filter(isJob))]);
  const known = new Set([...shipped.jobs, ...jobs].map(({ name }) => name));
  return {
    jobs,
    schedules,
    faults: [
      ...twice('job', [...shipped.jobs, ...jobs]),
      ...jobs.flatMap(jobFaults),
      ...circuitConflicts(jobs),
      ...twice('schedule', [...shipped.schedules, ...schedules]),
      ...schedules.flatMap(scheduleFaults),
      ...schedules.flatMap(({ name, job }) => {
        // Without types, or where two modules import each other, anything may stand here.
        const of = jobLike.safeParse(job).data?.name;
        return of !== undefined && known.has(of)
          ? []
          : `schedule ${name}: job: expected an exported job, got ${of ?? 'none'}`;
      }),
    ],
  };
}

/** A declaration that stands apart from its handler is not a second job. */
function withoutDeclared(jobs: readonly JobDeclaration[]): JobDeclaration[] {
  const handled = new Map(jobs.filter((job) => 'execute' in job).map((job) => [job.name, job.payload]));
  return jobs.filter((job) => 'execute' in job || handled.get(job.name) !== job.payload);
}

function twice(what: string, all: readonly { readonly name: string }[]): string[] {
  const names = all.map(({ name }) => name);
  const again = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...again].map((name) => `expected one ${what} named ${name}, got two`);
}

function isJob(value: unknown): value is JobDeclaration {
  return jobLike.safeParse(value).success && !isSchedule(value);
}

function isSchedule(value: unknown): value is ScheduleDeclaration {
  return scheduleLike.safeParse(value).success;
}
