import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { RunOutcome, ScheduleTerms } from '../../contract/schedules/schedule.ts';
import type { NewJob } from '../queue/enqueue-port.ts';
import type { RunPlan } from './plan-runs.ts';
import { jobOfRun } from './run-job.ts';

/** A run and what becomes of it; only one that is fired has a job. */
export type Run = {
  readonly schedule: string;
  readonly fireMs: number;
  readonly outcome: RunOutcome;
  readonly job?: NewJob;
};

export type DueSchedule = {
  readonly name: string;
  readonly terms: ScheduleTerms;
  readonly declaration: JobDeclaration;
  readonly plan: RunPlan;
  /** Whether the job of an earlier run has not ended. */
  readonly busy: boolean;
};

/** Applies the overlap policy. Of several runs that are due at once each overlaps with the one before it. */
export function chooseRuns({ name: schedule, terms, declaration, plan, busy }: DueSchedule): Run[] {
  const missed = plan.missed.map((fireMs): Run => ({ schedule, fireMs, outcome: 'missed' }));
  const fired = (fireMs: number): Run => {
    return { schedule, fireMs, outcome: 'fired', job: jobOfRun({ schedule, terms, declaration, fireMs }) };
  };
  const one = (chosen: number | undefined, others: RunOutcome) =>
    plan.fire.map((fireMs): Run => (fireMs === chosen ? fired(fireMs) : { schedule, fireMs, outcome: others }));
  switch (terms.overlap) {
    case 'allow':
      return [...missed, ...plan.fire.map(fired)];
    case 'skip':
      return [...missed, ...one(busy ? undefined : plan.fire[0], 'skipped_overlap')];
    case 'replace':
      return [...missed, ...one(plan.fire.at(-1), 'replaced')];
  }
}
