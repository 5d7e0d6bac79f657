/** `unknown`: no definite answer came, so it may or may not have happened. It is never judged as either. */
export type Ending = 'ok' | 'failed' | 'unknown';
export type OutcomeType = 'completed' | 'failed' | 'released';

/**
 * Milliseconds on the monotonic clock of the machine, which every process shares and which no skewed wall clock moves.
 * `endedMs` is Infinity while no answer came.
 */
type Span = { readonly startedMs: number; readonly endedMs: number };

/** Several jobs of one request; `ns` are the marks in their payloads, which name a job also when its id was never told. */
export type EnqueueEvent = Span & {
  readonly op: 'enqueue';
  readonly by: string;
  readonly ns: readonly number[];
  readonly ending: Ending;
  readonly ids?: readonly string[];
};

export type HeldJob = {
  readonly jobId: string;
  readonly n: number;
  /** A digest of the lease: equal for equal leases. */
  readonly lease: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** By PostgreSQL's clock, which is one. */
  readonly claimedAtMs: number;
};

/** A claim whose answer arrived; one whose answer was lost leaves nothing to be judged. */
export type ClaimEvent = Span & {
  readonly op: 'claim';
  readonly by: string;
  readonly claimId?: string;
  readonly jobs: readonly HeldJob[];
};

export type SettleEvent = Span & {
  readonly op: 'settle';
  readonly by: string;
  readonly jobId: string;
  readonly lease: string;
  readonly outcome: OutcomeType;
  readonly ending: Ending;
  readonly verdict?: string;
  readonly state?: string;
  /** How long the job shall wait, as the settle asked. */
  readonly delayMs?: number;
  /** No other attempt was wanted. */
  readonly forGood?: boolean;
  /** What a completion said, as it must stand in the job. */
  readonly output?: string;
};

/** What a heartbeat named, less what its answer said is lost; `unknown`, it may have confirmed and renewed all of it. */
export type BeatEvent = Span & {
  readonly op: 'beat';
  readonly by: string;
  readonly ending: Ending;
  readonly kept: readonly { jobId: string; lease: string }[];
};

/** A worker asked to leave: what it holds goes back. */
export type LeaveEvent = Span & { readonly op: 'leave'; readonly by: string };

/** Work under the idempotency helper. `ran`: this caller was told that it is the one; `value` is what the key then holds. */
export type EffectEvent = Span & {
  readonly op: 'effect';
  readonly by: string;
  readonly jobId: string;
  readonly key: string;
  readonly ending: Ending;
  readonly ran?: boolean;
  readonly value?: string;
};

export type ChangeEvent = Span & {
  readonly op: 'cancel' | 'retry';
  readonly by: string;
  readonly jobId: string;
  readonly ending: Ending;
};

/** Something that was done to the system; `endedMs` is when it was over. */
export type FaultEvent = Span & { readonly op: 'fault'; readonly kind: string; readonly target: string };

export type HistoryEvent =
  EnqueueEvent | ClaimEvent | SettleEvent | BeatEvent | EffectEvent | ChangeEvent | LeaveEvent | FaultEvent;
