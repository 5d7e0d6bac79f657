import type { AttemptView, JobView } from '../../contract/job.ts';
import type { IconName } from '../parts/icons.ts';
import { duration, sentence } from '../parts/words.ts';

export type TimelineEvent = {
  readonly atMs: number;
  readonly tone: string;
  readonly icon: IconName;
  readonly what: string;
  readonly more: string;
  /** Whether the time after it was spent waiting. */
  readonly waits?: boolean;
  readonly isNow?: boolean;
};

const ENDS: Readonly<Record<Exclude<AttemptView['outcome'], 'running'>, readonly [string, IconName, string]>> = {
  completed: ['done', 'done', 'completed'],
  failed: ['fail', 'fail', 'failed'],
  lost: ['fail', 'fail', 'lost its lease'],
  released: ['wait', 'wait', 'was given back'],
  cancelled: ['off', 'cancel', 'was cancelled'],
};

/** The life of a job as one line of events, oldest first, with what comes next at its end. */
export function timelineOf(job: JobView, nowMs: number): TimelineEvent[] {
  const enqueuedMs = Date.parse(job.enqueuedAt);
  const events: TimelineEvent[] = [
    { atMs: enqueuedMs, tone: 'ready', icon: 'ready', what: 'Created', more: bornWith(job) },
  ];
  let dueMs = job.attempts.length === 0 ? Date.parse(job.runAt) : enqueuedMs;
  for (const attempt of job.attempts) {
    const claimedMs = Date.parse(attempt.claimedAt);
    events.push({
      atMs: claimedMs,
      tone: 'run',
      icon: 'run',
      what: `Attempt ${attempt.attempt} claimed by ${attempt.workerId}`,
      more: `after waiting ${duration(claimedMs - Math.min(dueMs, claimedMs))}`,
    });
    const ended = endOf(attempt, claimedMs);
    if (ended === undefined) continue;
    events.push(ended);
    dueMs = attempt.runAt === undefined ? ended.atMs : Date.parse(attempt.runAt);
  }
  const next = whatNext(job, nowMs);
  return next === undefined ? events : [...events, next];
}

function bornWith({ group, singletonKey }: JobView): string {
  const facts = [
    group === undefined ? [] : `group ${group}`,
    singletonKey === undefined ? [] : `key ${singletonKey}`,
  ].flat();
  return facts.join(', ');
}

function endOf(attempt: AttemptView, claimedMs: number): TimelineEvent | undefined {
  if (attempt.outcome === 'running' || attempt.settledAt === undefined) return undefined;
  const [tone, icon, verb] = ENDS[attempt.outcome];
  const atMs = Date.parse(attempt.settledAt);
  const reason = attempt.error?.code ?? (attempt.outcome === 'released' ? attempt.error?.message : undefined);
  const again = attempt.runAt === undefined ? undefined : againAfter(Date.parse(attempt.runAt) - atMs);
  const facts = [`ran ${duration(atMs - claimedMs)}`, reason, again].filter((fact) => fact !== undefined);
  return { atMs, tone, icon, what: `Attempt ${attempt.attempt} ${verb}`, more: facts.join('; '), waits: true };
}

function againAfter(ms: number): string {
  return ms < 1000 ? 'again at once' : `again after ${duration(ms)}`;
}

function whatNext(job: JobView, nowMs: number): TimelineEvent | undefined {
  const runAtMs = Date.parse(job.runAt);
  const now = { atMs: nowMs, isNow: true } as const;
  switch (job.state) {
    case 'created':
    case 'retry':
      if (runAtMs > nowMs) {
        const more = `in ${duration(runAtMs - nowMs)}`;
        return { atMs: runAtMs, tone: 'wait', icon: 'wait', what: 'Due', more };
      }
      return { ...now, tone: 'ready', icon: 'ready', what: 'Waits to be claimed', more: duration(nowMs - runAtMs) };
    case 'active': {
      const ran = job.claimedAt === undefined ? '' : duration(nowMs - Date.parse(job.claimedAt));
      return { ...now, tone: 'run', icon: 'run', what: 'Running', more: ran };
    }
    case 'cancelled':
      if (job.attempts.at(-1)?.outcome === 'cancelled' || job.finishedAt === undefined) return undefined;
      return {
        atMs: Date.parse(job.finishedAt),
        tone: 'off',
        icon: 'cancel',
        what: 'Cancelled',
        more: 'before it ran again',
      };
    default:
      return undefined;
  }
}

export type Stretch = { readonly fromMs: number; readonly toMs: number; readonly tone: string | undefined };

/** The same life as stretches of time to draw to scale: runs in the colour of their outcome, waits without one. */
export function stretchesOf(job: JobView, nowMs: number): Stretch[] {
  const bornMs = Date.parse(job.enqueuedAt);
  const endMs = Math.max(bornMs + 1, job.finishedAt === undefined ? nowMs : Date.parse(job.finishedAt));
  const stretches: Stretch[] = [];
  let freeMs = bornMs;
  for (const attempt of job.attempts) {
    const fromMs = clamp(Date.parse(attempt.claimedAt), freeMs, endMs);
    const toMs = clamp(attempt.settledAt === undefined ? endMs : Date.parse(attempt.settledAt), fromMs, endMs);
    if (fromMs > freeMs) stretches.push({ fromMs: freeMs, toMs: fromMs, tone: undefined });
    const tone = attempt.outcome === 'running' ? 'run' : ENDS[attempt.outcome][0];
    stretches.push({ fromMs, toMs, tone });
    freeMs = toMs;
  }
  if (endMs > freeMs) stretches.push({ fromMs: freeMs, toMs: endMs, tone: undefined });
  return stretches;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** The drawing in words. */
export function lifeInWords(stretches: readonly Stretch[]): string {
  const parts = stretches.map(
    ({ fromMs, toMs, tone }) => `${tone === undefined ? 'waited' : 'ran'} ${duration(toMs - fromMs)}`,
  );
  return sentence(parts.join(', '));
}
