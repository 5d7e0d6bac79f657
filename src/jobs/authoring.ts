// The door for those who write jobs: powernode-worker/jobs. It carries no job of the product and none of their libraries.
export type { AttemptFacts, JobApi, JobContext, UploadOptions } from './context.ts';
export { defineJob, type JobDefinition, type JobOutput } from './define-job.ts';
export {
  BadInput,
  JobError,
  LockBusy,
  LockLost,
  NonRetryable,
  Release,
  RetryAfter,
  ToolUnavailable,
} from './errors.ts';
export type {
  JobIdempotency,
  JobLock,
  JobMetrics,
  JobStep,
  LockOptions,
  MetricTags,
  OnceOptions,
  OnceResult,
  RecordedStep,
} from './facilities.ts';
