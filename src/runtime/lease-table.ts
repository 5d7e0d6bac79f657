import type { ClaimedJob } from '../contract/job.ts';
import { holdJob, type HeldJob } from './held-job.ts';

export type LeaseTable = {
  /** Undefined when this very lease is held already: a replayed claim must not run a job twice in one process. */
  hold(job: ClaimedJob, nowMs: number): HeldJob | undefined;
  /** The bridge has answered for it, or nobody can any more. */
  letGo(held: HeldJob): void;
  all(): readonly HeldJob[];
  readonly size: number;
  /** Resolves at once when nothing is held, else when the last lease is let go. */
  whenEmpty(): Promise<void>;
};

/**
 * Every lease that this process answers for. Leases are the keys, not job ids: a job whose lease was lost may come
 * back to the same worker as the next attempt while the old run is still ending.
 */
export function createLeaseTable(): LeaseTable {
  const byLease = new Map<string, HeldJob>();
  let waiters: (() => void)[] = [];

  return {
    hold(job, nowMs) {
      if (byLease.has(job.lease)) return undefined;
      const held = holdJob(job, nowMs);
      byLease.set(job.lease, held);
      return held;
    },
    letGo(held) {
      byLease.delete(held.job.lease);
      if (byLease.size > 0) return;
      for (const resolve of waiters) resolve();
      waiters = [];
    },
    all: () => [...byLease.values()],
    get size() {
      return byLease.size;
    },
    whenEmpty: () =>
      byLease.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiters.push(resolve)),
  };
}
