export type Prefetch = {
  /** How long a finished run took. */
  observe(runMs: number): void;
  /** How many jobs may wait in this process for a slot. */
  allowance(): number;
};

/** Above this average a job that waits here would wait longer than a claim takes, perhaps beside an idle worker. */
const QUICK_RUN_MS = 100;
/** What waits here starts within about this time: several claims' worth of work, and still no wait that anybody feels. */
const HORIZON_MS = 50;
const MOST = 500;
/** The share of the newest run in the average: five long runs end the prefetching of quick ones. */
const NEWEST_SHARE = 0.2;

/**
 * Prefetching hides the round trip between two quick jobs, and only then does it pay: a job that waits behind a
 * long one is withheld from the rest of the fleet. So nothing is prefetched until runs have shown to be quick, and then
 * as much as the slots get through in a moment.
 */
export function createPrefetch(concurrency: number): Prefetch {
  let averageMs: number | undefined;
  return {
    observe(runMs) {
      averageMs = averageMs === undefined ? runMs : averageMs + NEWEST_SHARE * (runMs - averageMs);
    },
    allowance() {
      if (averageMs === undefined || averageMs > QUICK_RUN_MS) return 0;
      const inTime = Math.ceil((concurrency * HORIZON_MS) / Math.max(averageMs, 1));
      return Math.min(MOST, inTime);
    },
  };
}
