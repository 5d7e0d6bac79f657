import type { SettleEvent } from '../history/event.ts';
import {
  eachLife,
  revivedAfter,
  taken,
  type Claimed,
  type Facts,
  type JobLife,
  type Rule,
  type Violation,
} from './facts.ts';

/** Clocks of one machine, told apart by rounding only. */
const ROUNDING_MS = 2;

/** A settle under a lease is refused once somebody else had heard that he has the job. */
export const noStaleSettle = eachLife('no stale settle is accepted', (life) =>
  taken(life)
    .filter(({ verdict }) => verdict === 'accepted')
    .flatMap((settle) => {
      const held = life.claims.find((claim) => claim.lease === settle.lease);
      const newer =
        held && life.claims.find((claim) => claim.claimedAtMs > held.claimedAtMs && claim.endedMs < settle.startedMs);
      return newer === undefined ? [] : [`${settle.by} was accepted, though ${newer.by} had claimed the job since`];
    }),
);

/** A heartbeat keeps no lease once somebody else had heard that he has the job, or that the job was done. */
export const oneHolder = eachLife('a job has one holder', (life) =>
  life.renewals.flatMap((renewal) => {
    if (renewal.ending !== 'ok') return [];
    const held = life.claims.find((claim) => claim.lease === renewal.lease);
    if (held === undefined) return [`${renewal.by} renewed a lease that nobody was given`];
    const newer = life.claims.find(
      (claim) => claim.claimedAtMs > held.claimedAtMs && claim.endedMs < renewal.startedMs,
    );
    if (newer !== undefined) return [`${renewal.by} renewed its lease, though ${newer.by} had claimed the job since`];
    const ended = taken(life).find((settle) => settle.endedMs < renewal.startedMs && settle.lease === renewal.lease);
    return ended === undefined ? [] : [`${renewal.by} renewed a lease that it had settled as ${ended.outcome}`];
  }),
);

/** One claim is one worker's, and only that worker settles under it. */
export const ownLease = eachLife('a lease is of one job and one worker', (life) => [
  ...taken(life)
    .filter(({ lease, by }) => !life.claims.some((claim) => claim.lease === lease && claim.by === by))
    .map(({ by }) => `${by} was accepted under a lease that it never got for this job`),
  ...life.claims.flatMap((claim, at) => {
    const other = life.claims
      .slice(0, at)
      .find(({ claimedAtMs, by }) => claimedAtMs === claim.claimedAtMs && by !== claim.by);
    return other === undefined ? [] : [`one claim was given to ${other.by} and to ${claim.by}`];
  }),
]);

/** Whoever was told that its lease is renewed keeps the job for a whole lease from then on, if it lets nothing go. */
export function renewalsHold(leaseMs: number): Rule {
  return (facts) =>
    eachLife('a renewed lease holds', (life) =>
      life.changes.length > 0
        ? []
        : life.claims.flatMap((claim) => {
            const renewal = life.renewals.find(
              ({ ending, lease, startedMs, endedMs }) =>
                ending === 'ok' &&
                lease !== claim.lease &&
                endedMs < claim.endedMs &&
                claim.endedMs < startedMs + leaseMs - LEASE_SLACK_MS,
            );
            if (renewal === undefined || claim.claimedAtMs < claimedAt(life, renewal.lease)) return [];
            const letGo = life.settles.some(
              ({ lease, startedMs }) => lease === renewal.lease && startedMs < claim.endedMs,
            );
            const left = facts.leaves.some(({ by, startedMs }) => by === renewal.by && startedMs < claim.endedMs);
            return letGo || left
              ? []
              : [
                  `${claim.by} got it ${Math.round(claim.endedMs - renewal.endedMs)} ms after ${renewal.by} was told that its lease is renewed`,
                ];
          }),
    )(facts);
}
const LEASE_SLACK_MS = 200;

function claimedAt(life: JobLife, lease: string): number {
  return life.claims.find((claim) => claim.lease === lease)?.claimedAtMs ?? -Infinity;
}

/** One lease, one outcome: accepted once, and repeated answers only for what was said before. */
export const oneOutcome = eachLife('a lease has one outcome', (life) =>
  [...Map.groupBy(life.settles, ({ lease }) => lease)].flatMap(([, settles]) => {
    const accepted = settles.filter(({ verdict }) => verdict === 'accepted');
    const known = settles.filter(({ verdict }) => verdict === 'accepted' || verdict === 'already-accepted');
    const outcomes = new Set(known.map(({ outcome }) => outcome));
    return [
      ...(accepted.length > 1 ? [`one lease was accepted ${accepted.length} times`] : []),
      ...(outcomes.size > 1 ? [`one lease was accepted as ${[...outcomes].join(' and as ')}`] : []),
      ...known
        .filter((settle) => settle.verdict === 'already-accepted' && !hasEarlier(settles, settle))
        .map(({ outcome }) => `called already-accepted, and nobody had said ${outcome} before`),
    ];
  }),
);

function hasEarlier(settles: readonly SettleEvent[], settle: SettleEvent): boolean {
  return settles.some(
    (other) =>
      other !== settle &&
      other.outcome === settle.outcome &&
      other.ending !== 'failed' &&
      other.startedMs < settle.endedMs,
  );
}

/** What was acknowledged as completed is never handed out again. */
export const noRerun = eachLife('nothing is run again that was acknowledged', (life) => {
  const done = taken(life).find(({ outcome }) => outcome === 'completed');
  if (done === undefined || revivedAfter(life, done.startedMs)) return [];
  return life.claims
    .filter((claim) => claim.startedMs > done.endedMs || isLater(claim, life.claims, done.lease))
    .map((claim) => `${claim.by} got it after it was acknowledged as completed`);
});

function isLater(claim: Claimed, claims: readonly Claimed[], lease: string): boolean {
  const held = claims.find((other) => other.lease === lease);
  return held !== undefined && claim.lease !== lease && claim.claimedAtMs > held.claimedAtMs + ROUNDING_MS;
}

/** A claim that is repeated at once under its claimId gives the same jobs under the same leases. */
export function exactReplay(withinMs: number): Rule {
  return ({ claims, lives }) =>
    [
      ...Map.groupBy(
        claims.filter((claim) => claim.claimId !== undefined),
        ({ by, claimId }) => `${by} ${claimId ?? ''}`,
      ),
    ].flatMap(([, repeats]) =>
      repeats.slice(1).flatMap((repeat, at): Violation[] => {
        const first = repeats[at];
        if (first === undefined || first.jobs.length === 0 || repeat.startedMs - first.endedMs > withinMs) return [];
        if (first.jobs.some(({ jobId, lease }) => isOver(lives, jobId, lease, repeat.endedMs))) return [];
        const [before, after] = [first, repeat].map(({ jobs }) => jobs.map(({ lease }) => lease).join());
        const jobId = first.jobs[0]?.jobId ?? '';
        return before === after
          ? []
          : [
              {
                rule: 'a repeated claim is replayed exactly',
                message: `${repeat.by} got ${repeat.jobs.length} other jobs or leases than before`,
                jobId,
              },
            ];
      }),
    );
}

function isOver(lives: Facts['lives'], jobId: string, lease: string, byMs: number): boolean {
  const life = lives.get(jobId);
  const settled = life?.settles.some((settle) => settle.lease === lease && settle.startedMs < byMs) === true;
  const taken_ = life?.claims.some((claim) => claim.lease !== lease && claim.startedMs < byMs) === true;
  return settled || taken_ || (life?.changes.length ?? 0) > 0;
}
