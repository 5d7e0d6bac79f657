// The door for those who write jobs: powernode-worker/jobs. It carries no job of the product and none of their libraries.
export type { ChildOptions, EnqueueChild } from './children.ts';
export { defineApiCall } from './api-calls/own-api-call.ts';
export { ApiError } from './clients/api-error.ts';
export { apiRetry, type ApiRetryOptions } from './clients/api-retry.ts';
export type { PlatformClients } from './clients/create-clients.ts';
export type { CallOptions } from './clients/platform-caller.ts';
export type { AttemptFacts, JobApi, JobContext, UploadOptions } from './context.ts';
export { defineJob, type JobDefinition, type JobOutput } from './define-job.ts';
export { defineSchedule } from './define-schedule.ts';
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
  JobCircuit,
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
