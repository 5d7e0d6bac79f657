/** What the jobs that a job enqueues may come to, so that none multiplies for ever. */
export type SpawnTerms = {
  /** Generations below the first job, which has depth 0. */
  readonly maxDepth: number;
  /** Children of one attempt. */
  readonly perAttempt: number;
  /** Children of all jobs that descend from one first job, within a minute; beyond, the family rests for a while. */
  readonly perRootMinute: number;
};

export const SPAWN_DEFAULTS: SpawnTerms = { maxDepth: 20, perAttempt: 1_000, perRootMinute: 1_000 };

/** How long a family that multiplied too fast is refused more children, from its last try on. */
export const SPAWN_REST_SECONDS = 60;
