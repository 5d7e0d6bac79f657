// The one door to the catalogue: the runtime imports jobs from here and from nowhere deeper.
import { API_CALLS } from '../contract/catalogue/api-calls/index.ts';
import { createApiCallJob } from './api-calls/api-call-job.ts';
import { createPlatformClient, type PlatformClient } from './api-calls/platform-client.ts';
import type { JobDefinition } from './define-job.ts';
import type { JobsEnv } from './env.ts';
import { createFileJobs } from './files/file-jobs.ts';
import { createMediaTools } from './tools/media-tools.ts';

/** The jobs of one process, and what they share. */
export type Jobs = {
  readonly definitions: readonly JobDefinition[];
  /** Ends the helper processes that outlive a job; to be called after the last job has ended. Safe to call twice. */
  close(): Promise<void>;
};

/** Every job that this build can run. A new domain adds one line. Nothing is started before the first job needs it. */
export function createJobs(env: JobsEnv, warn: (message: string) => void): Jobs {
  const tools = createMediaTools({ ...env, warn });
  const platform = platformOf(env);
  return {
    definitions: [...createFileJobs(tools), ...API_CALLS.map((call) => createApiCallJob(call, platform))],
    async close() {
      await Promise.all([tools.close(), platform?.close()]);
    },
  };
}

function platformOf({ platformUrl, tokenKey, workerId }: JobsEnv): PlatformClient | undefined {
  return tokenKey === undefined ? undefined : createPlatformClient({ baseUrl: platformUrl, tokenKey, workerId });
}

export type { AttemptFacts, JobApi, JobContext, UploadOptions } from './context.ts';
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
export { ApiError } from './clients/api-error.ts';
export { apiRetry, type ApiRetryOptions } from './clients/api-retry.ts';
export { createPlatformClients, type PlatformClientPool, type PlatformClients } from './clients/create-clients.ts';
export type { CallOptions } from './clients/platform-caller.ts';
export { defineJob, type JobDefinition, type JobOutput } from './define-job.ts';
export { toJsonValue } from './json-value.ts';
export { createOnce } from './once.ts';
export { parsePayload } from './parse-payload.ts';
export { readJobsEnv, type JobsEnv } from './env.ts';
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
export { loadJobs } from './load-jobs.ts';
export { createRegistry, RegistryFault, type JobRegistry } from './registry.ts';
export { apiErrorDelaySeconds } from './retry-policy.ts';
