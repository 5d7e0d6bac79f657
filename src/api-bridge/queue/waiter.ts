import type { Claimed } from './claimed-row.ts';
import type { Claimant } from './claim-round.ts';
import type { Capability } from './guards/capability.ts';

export type ClaimAsk = Claimant & {
  readonly queues: readonly string[];
  readonly waitMs: number;
  readonly capability: Capability;
};

/** One claim that waits for jobs. Several requests may share it: a repeated claimId joins the one that is parked. */
export type Waiter = {
  readonly ask: ClaimAsk;
  readonly answer: PromiseWithResolvers<readonly Claimed[]>;
  readonly deadlineMs: number;
  state: 'waiting' | 'claiming' | 'done';
  /** Whether somebody has looked at all of its queues since it came; before that it may not be answered "nothing". */
  looked: boolean;
  /** Whether a round has served it in vain since that look. */
  tried: boolean;
  /** Its worker drains or has left: what a running round still brings goes back. */
  refused: boolean;
  /** Requests that could still carry the answer. */
  listeners: number;
  delivered: boolean;
  jobs: readonly Claimed[];
  timer: NodeJS.Timeout | undefined;
};

export function createWaiter(ask: ClaimAsk, nowMs: number): Waiter {
  const answer = Promise.withResolvers<readonly Claimed[]>();
  // A waiter whose every request is gone has nobody left to hear of a failure.
  answer.promise.catch(() => undefined);
  return {
    ask,
    answer,
    deadlineMs: nowMs + ask.waitMs,
    state: 'waiting',
    looked: false,
    tried: false,
    refused: false,
    listeners: 0,
    delivered: false,
    jobs: [],
    timer: undefined,
  };
}

/** What one request holds of a waiter. */
export type Ticket = {
  readonly jobs: Promise<readonly Claimed[]>;
  /** The answer was written whole. */
  delivered(): void;
  /** The connection is gone: nobody reads the answer here. */
  abandon(): void;
};
