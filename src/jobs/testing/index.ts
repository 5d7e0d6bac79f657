// The door for tests of jobs: powernode-worker/testing.
export { createMemoryStore, type MemoryStore } from './memory-store.ts';
export { memoryFacilities, type RecordedMetric } from './memory-facilities.ts';
export { memoryPlatform } from './memory-platform.ts';
export { runJob, type RunOverrides, type RunRecord } from './run-job.ts';
