import { parseCron } from '../../contract/schedules/cron.ts';
import { nextRun } from '../../contract/schedules/next-run.ts';
import type { ScheduleTerms } from '../../contract/schedules/schedule.ts';

export type RunPlan = {
  /** Runs to be fired, oldest first, as epoch milliseconds. */
  readonly fire: readonly number[];
  readonly missed: readonly number[];
  readonly nextRunAtMs: number | undefined;
};

/** A run that is looked at within this time is not missed: a tick may take a while, and replicas restart. */
export const ON_TIME_MS = 60_000;
/** After a longer outage nobody wants to read each run that was missed; none of them can be caught up anyhow. */
const RECORDED_MS = 7 * 24 * 3_600_000;

/**
 * What is to be done with every run from `dueMs`, which is the stored time of the next one, up to now. Runs on time
 * are fired. Of the late ones `skip` fires none; `once` the newest within the window, unless a run is on time and stands
 * for them all; `all` each one within the window.
 */
export function planRuns(terms: ScheduleTerms, dueMs: number, nowMs: number): RunPlan {
  const cron = parseCron(terms.cron);
  const due: number[] = [];
  const recordedFromMs = nowMs - RECORDED_MS;
  let atMs = dueMs >= recordedFromMs ? dueMs : nextRun(cron, terms.timeZone, recordedFromMs);
  while (atMs !== undefined && atMs <= nowMs) {
    due.push(atMs);
    atMs = nextRun(cron, terms.timeZone, atMs);
  }
  const isLate = (runMs: number) => nowMs - runMs > ON_TIME_MS;
  const onTime = due.filter((runMs) => !isLate(runMs));
  const late = due.filter(isLate);
  const caughtUp = new Set(catchUp(terms, late, onTime.length > 0, nowMs));
  return {
    fire: [...caughtUp, ...onTime],
    missed: late.filter((runMs) => !caughtUp.has(runMs)),
    nextRunAtMs: atMs,
  };
}

function catchUp(terms: ScheduleTerms, late: readonly number[], anyOnTime: boolean, nowMs: number): readonly number[] {
  const within = late.filter((runMs) => nowMs - runMs <= terms.missedWindowSeconds * 1000);
  switch (terms.missed) {
    case 'skip':
      return [];
    case 'once':
      return anyOnTime ? [] : within.slice(-1);
    case 'all':
      return within;
  }
}
