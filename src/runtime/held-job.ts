import type { ClaimedJob } from '../contract/job.ts';
import type { Progress } from '../contract/worker.ts';
import { Interruption, type InterruptionKind } from './interruption.ts';

/** `waiting` for a slot, `running`, or `settling`: the run is over and the bridge has not answered for it yet. */
export type HeldPhase = 'waiting' | 'running' | 'settling';

/** A claimed job for as long as this process answers for it: from the claim's answer to the settle's verdict. */
export type HeldJob = {
  readonly job: ClaimedJob;
  /** Aborted once, with the first Interruption as its reason. */
  readonly signal: AbortSignal;
  interrupt(kind: InterruptionKind, message?: string): void;
  phase: HeldPhase;
  /** Monotonic. When the last accepted renewal was sent; before the first one, when the claim's answer arrived. */
  renewedAtMs: number;
  progress: Progress | undefined;
};

export function holdJob(job: ClaimedJob, nowMs: number): HeldJob {
  const controller = new AbortController();
  return {
    job,
    signal: controller.signal,
    interrupt(kind, message) {
      if (!controller.signal.aborted) controller.abort(new Interruption(kind, message));
    },
    phase: 'waiting',
    renewedAtMs: nowMs,
    progress: undefined,
  };
}
