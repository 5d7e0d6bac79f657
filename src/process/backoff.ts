export type BackoffPolicy = {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** The share of the delay that is random, 0 to 1: a fleet must not come back in step. */
  readonly jitter: number;
};

export const CALM_BACKOFF: BackoffPolicy = { firstMs: 100, factor: 2, maxMs: 5_000, jitter: 0.5 };

/** The delay before try number `retry` (1 for the first retry); never above `maxMs`, never below half of it by jitter 0.5. */
export function backoffMs(policy: BackoffPolicy, retry: number, random: () => number = Math.random): number {
  const full = Math.min(policy.maxMs, policy.firstMs * policy.factor ** Math.max(0, retry - 1));
  return full * (1 - policy.jitter * random());
}
