import type {
  BeatEvent,
  ChangeEvent,
  ClaimEvent,
  EffectEvent,
  EnqueueEvent,
  FaultEvent,
  HeldJob,
  HistoryEvent,
  LeaveEvent,
  SettleEvent,
} from '../history/event.ts';
import type { FinalAttempt, FinalJob, FinalState } from './final-state.ts';

export type Claimed = HeldJob & { readonly by: string; readonly startedMs: number; readonly endedMs: number };
export type Renewed = Omit<BeatEvent, 'kept' | 'op'> & { readonly lease: string };

/** All that is known of one job: what was said about it, in order, and what is left of it. */
export type JobLife = {
  readonly id: string;
  readonly claims: Claimed[];
  readonly settles: SettleEvent[];
  readonly renewals: Renewed[];
  readonly effects: EffectEvent[];
  readonly changes: ChangeEvent[];
  readonly attempts: FinalAttempt[];
  final?: FinalJob;
};

export type Facts = {
  readonly lives: ReadonlyMap<string, JobLife>;
  readonly enqueues: readonly EnqueueEvent[];
  readonly claims: readonly ClaimEvent[];
  readonly leaves: readonly LeaveEvent[];
  readonly faults: readonly FaultEvent[];
  readonly events: readonly HistoryEvent[];
  readonly final: FinalState;
};

export type Violation = { readonly rule: string; readonly message: string; readonly jobId?: string };
export type Rule = (facts: Facts) => Violation[];

/** Sorts what was told by the job that it is about. */
export function gatherFacts(events: readonly HistoryEvent[], final: FinalState): Facts {
  const lives = new Map<string, JobLife>();
  const enqueues: EnqueueEvent[] = [];
  const claims: ClaimEvent[] = [];
  const leaves: LeaveEvent[] = [];
  const faults: FaultEvent[] = [];

  function lifeOf(id: string): JobLife {
    const known = lives.get(id);
    if (known !== undefined) return known;
    const life: JobLife = { id, claims: [], settles: [], renewals: [], effects: [], changes: [], attempts: [] };
    lives.set(id, life);
    return life;
  }

  function sort(event: HistoryEvent): void {
    switch (event.op) {
      case 'enqueue':
        enqueues.push(event);
        for (const id of event.ids ?? []) lifeOf(id);
        return;
      case 'claim':
        claims.push(event);
        for (const job of event.jobs) lifeOf(job.jobId).claims.push({ ...job, ...spanOf(event) });
        return;
      case 'settle':
        lifeOf(event.jobId).settles.push(event);
        return;
      case 'beat':
        for (const { jobId, lease } of event.kept)
          lifeOf(jobId).renewals.push({ lease, ending: event.ending, ...spanOf(event) });
        return;
      case 'effect':
        lifeOf(event.jobId).effects.push(event);
        return;
      case 'cancel':
      case 'retry':
        lifeOf(event.jobId).changes.push(event);
        return;
      case 'leave':
        leaves.push(event);
        return;
      case 'fault':
        faults.push(event);
        return;
    }
  }

  for (const event of events) sort(event);
  for (const job of final.jobs) lifeOf(job.id).final = job;
  for (const attempt of final.attempts) lifeOf(attempt.jobId).attempts.push(attempt);
  return { lives, enqueues, claims, leaves, faults, events, final };
}

function spanOf({ by, startedMs, endedMs }: ClaimEvent | BeatEvent) {
  return { by, startedMs, endedMs };
}

/** Settles that PostgreSQL has taken, told at once or at a repeat. */
export function taken(life: JobLife): SettleEvent[] {
  return life.settles.filter(({ verdict }) => verdict === 'accepted' || verdict === 'already-accepted');
}

/** Whether somebody gave the job a new life by hand after this moment. */
export function revivedAfter(life: JobLife, ms: number): boolean {
  return life.changes.some((change) => change.op === 'retry' && change.ending !== 'failed' && change.endedMs > ms);
}

/** Runs a check over every job. */
export function eachLife(rule: string, check: (life: JobLife) => readonly string[]): Rule {
  return ({ lives }) =>
    [...lives.values()].flatMap((life) => check(life).map((message) => ({ rule, message, jobId: life.id })));
}
