/** The numbers of the wire. Every one is public: docs/protocol.md repeats them and a test compares the two. */
export const LIMITS = {
  bodyBytes: 2 * 1024 * 1024,
  outputBytes: 256 * 1024,
  uploadBytes: 5 * 1024 * 1024 * 1024,
  nesting: 64,
  claimJobs: 1000,
  claimWaitSeconds: 30,
  settlements: 1000,
  batchJobs: 1000,
  runningJobs: 10_000,
  maxAttempts: 100,
  priorityLowest: -32_768,
  priorityHighest: 32_767,
  delaySeconds: 366 * 24 * 3600,
  idempotencyKeyCharacters: 255,
  tokenLifeSeconds: 300,
  tokenCacheSeconds: 240,
  clockSkewSeconds: 5,
  secretBytes: 32,
  workerOfflineSeconds: 90,
  logChunkLines: 1000,
  metricSamples: 1000,
} as const;

/** Protocol versions that this build speaks, oldest first. */
export const PROTOCOL_VERSIONS = [1] as const;
