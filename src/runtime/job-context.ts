import { createJobApi } from './job-api.ts';
import type { JobContext } from '../jobs/index.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import type { CircuitBreaker } from '../process/circuit-breaker.ts';
import type { Logger } from '../process/logger.ts';
import type { HeldJob } from './held-job.ts';
import { storableText } from './stored-failure.ts';
import type { Workdir } from './workdirs.ts';

type Deps = {
  readonly client: BridgeClient;
  readonly circuit: CircuitBreaker;
  readonly workerId: string;
  readonly log: Logger;
};

const MESSAGE_CHARACTERS = 500;

/** What a handler gets for one attempt. */
export function createJobContext(deps: Deps, held: HeldJob, workdir: Workdir): JobContext {
  const { job, signal } = held;
  return {
    job: {
      id: job.id,
      queue: job.queue,
      name: job.name,
      attempt: job.attempt,
      maxAttempts: job.maxAttempts,
      enqueuedAt: new Date(job.enqueuedAt),
      ...(job.traceparent === undefined ? {} : { traceparent: job.traceparent }),
    },
    api: createJobApi({ client: deps.client, circuit: deps.circuit, token: job.token, signal }),
    signal,
    log: deps.log.child({
      job: job.id,
      queue: job.queue,
      jobName: job.name,
      attempt: job.attempt,
      worker: deps.workerId,
      ...(job.traceparent === undefined ? {} : { traceparent: job.traceparent }),
    }),
    progress(percent, message) {
      if (typeof percent !== 'number' || Number.isNaN(percent)) return;
      held.progress = {
        percent: Math.min(100, Math.max(0, percent)),
        ...(typeof message === 'string' ? { message: storableText(message, MESSAGE_CHARACTERS) } : {}),
      };
    },
    workdir: () => workdir.path(),
  };
}
