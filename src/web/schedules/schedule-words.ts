import { describeCron } from '../../contract/schedules/describe-cron.ts';
import type { ScheduleView } from '../../contract/schedules/schedule.ts';
import { duration } from '../parts/words.ts';

/** The times of a schedule in words, with the zone where it is not UTC. What cannot be read stays as it is. */
export function timesInWords({ cron, timeZone }: Pick<ScheduleView, 'cron' | 'timeZone'>): string {
  return `${cronInWords(cron)}${timeZone === 'UTC' ? '' : `, ${timeZone}`}`;
}

function cronInWords(cron: string): string {
  try {
    return describeCron(cron);
  } catch {
    return cron;
  }
}

const OVERLAP = {
  allow: 'run beside it',
  skip: 'leave this one out',
  replace: 'cancel that one and run',
} as const;

export const OVERLAP_CHOICES = Object.entries(OVERLAP);

export function overlapInWords({ overlap }: Pick<ScheduleView, 'overlap'>): string {
  return OVERLAP[overlap];
}

const MISSED = { skip: 'leave it out', once: 'run the newest', all: 'run each' } as const;
export const MISSED_CHOICES = Object.entries(MISSED);

export function missedInWords({ missed, missedWindowSeconds }: ScheduleView): string {
  if (missed === 'skip') return MISSED.skip;
  return `${MISSED[missed]} of the last ${duration(missedWindowSeconds * 1000)}`;
}
