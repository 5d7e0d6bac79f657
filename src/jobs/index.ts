// The one door to the catalogue: the runtime imports jobs from here and from nowhere deeper. What a job author sees is
// listed in authoring.ts alone.
import { API_CALLS } from '../contract/catalogue/api-calls/index.ts';
import { createApiCallJob } from './api-calls/api-call-job.ts';
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
  return {
    definitions: [...createFileJobs(tools), ...API_CALLS.map(createApiCallJob)],
    close: () => tools.close(),
  };
}

export * from './authoring.ts';
export { createPlatformClients, type AttemptTies, type PlatformClientPool } from './clients/create-clients.ts';
export { readJobsEnv, type JobsEnv } from './env.ts';
export { toJsonValue } from './json-value.ts';
export { loadJobs } from './load-jobs.ts';
export { createOnce } from './once.ts';
export { parsePayload } from './parse-payload.ts';
export { createRegistry, RegistryFault, type JobRegistry } from './registry.ts';
export { apiErrorDelaySeconds } from './retry-policy.ts';
