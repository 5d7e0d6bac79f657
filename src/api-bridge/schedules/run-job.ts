import { createHash } from 'node:crypto';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { ScheduleTerms } from '../../contract/schedules/schedule.ts';
import type { NewJob } from '../queue/enqueue-port.ts';
import { keyedJobId } from '../queue/new-job.ts';

type Run = {
  readonly schedule: string;
  readonly terms: ScheduleTerms;
  readonly declaration: JobDeclaration;
  readonly fireMs: number;
};

/**
 * The job of one run. Its id follows from the schedule and the time that the run is for, so that even a repeat which
 * nothing else held back would find its job there already.
 */
export function jobOfRun({ schedule, terms, declaration, fireMs }: Run): NewJob {
  const jitterMs = jitterOf(schedule, fireMs, terms.jitterSeconds);
  return {
    id: runJobId(schedule, declaration.queue, new Date(fireMs).toISOString()),
    declaration,
    payload: terms.payload,
    producer: producerOf(schedule),
    ...(declaration.priority === undefined ? {} : { priority: declaration.priority }),
    ...(jitterMs === 0 ? {} : { startAfter: new Date(fireMs + jitterMs) }),
  };
}

/** `key` tells the runs of a schedule apart: the time that one is for, or what a person called it. */
export function runJobId(schedule: string, queue: string, key: string): string {
  return keyedJobId(producerOf(schedule), queue, key);
}

/** Who a job says that enqueued it. */
export function producerOf(schedule: string): string {
  return `schedule ${schedule}`;
}

/** From 0 to the bound, the same for the same run on every replica, and as good as random from run to run. */
export function jitterOf(schedule: string, fireMs: number, jitterSeconds: number): number {
  const hash = createHash('sha256').update(`${schedule} ${fireMs}`).digest().readUInt32BE(0);
  return hash % (jitterSeconds * 1000 + 1);
}
