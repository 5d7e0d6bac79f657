import type { Capability } from './guards/capability.ts';
import type { ClaimAsk, Waiter } from './waiter.ts';

/** Waiting claims that may be served by the same fetch: the same queues, for workers that may run the same jobs. */
export type Group = {
  readonly queues: readonly string[];
  readonly capability: Capability;
  readonly waiters: Set<Waiter>;
  inFlight: number;
};

const ROUND_JOBS = 1000;

export function createGroup({ queues, capability }: ClaimAsk): Group {
  return { queues, capability, waiters: new Set<Waiter>(), inFlight: 0 };
}

export function groupKey({ queues, capability }: ClaimAsk): string {
  return `${queues.join(' ')}\n${capability.mark}`;
}

export function claimKey({ workerId, claimId }: ClaimAsk): string | undefined {
  return claimId === undefined ? undefined : `${workerId} ${claimId.toLowerCase()}`;
}

/** As many waiting claims as one round may serve, in the order in which they came. */
export function takeRound(waiting: readonly Waiter[]): Waiter[] {
  let jobs = 0;
  const round: Waiter[] = [];
  for (const waiter of waiting) {
    if (round.length > 0 && jobs + waiter.ask.limit > ROUND_JOBS) break;
    jobs += waiter.ask.limit;
    round.push(waiter);
  }
  return round;
}
