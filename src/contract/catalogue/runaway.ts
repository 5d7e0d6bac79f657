/** From when on jobs of one key are taken for a loop. The key: the job's name and its payload (docs/job-lifecycle.md). */
export type RunawayTerms = {
  /** Executions within 60 s that are let through; the next one bans the key. */
  readonly perMinute: number;
  /** Executions within 300 s from which on a run is delayed. */
  readonly perFiveMinutes: number;
  /** How long a banned key waits. */
  readonly banSeconds: number;
  /** How long a delayed run waits, once. */
  readonly delaySeconds: number;
};

/** Whom the guard guards: nobody, the jobs whose definitions say `runaway`, or all whose definitions do not say no. */
export type RunawayMode = 'off' | 'declared' | 'all';

/** The numbers of the earlier system. */
export const RUNAWAY_DEFAULTS: RunawayTerms = { perMinute: 5, perFiveMinutes: 15, banSeconds: 300, delaySeconds: 5 };
