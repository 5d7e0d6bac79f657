import { postLogs } from '../contract/routes/attempt-plane.ts';
import type { CircuitChoice } from '../contract/circuits.ts';
import type { JobContext, PlatformClientPool } from '../jobs/index.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import type { Circuits } from '../process/circuits.ts';
import type { Logger } from '../process/logger.ts';
import { createAttemptCalls } from './facilities/attempt-calls.ts';
import { shipLines } from './facilities/attempt-log.ts';
import { createEnqueueChild } from './facilities/children.ts';
import { createIdempotency } from './facilities/idempotency.ts';
import { createJobCircuit } from './facilities/job-circuit.ts';
import { createJobMetrics } from './facilities/job-metrics.ts';
import { createLocks } from './facilities/locks.ts';
import { createLogShipper } from './facilities/log-shipper.ts';
import type { MetricsOutbox } from './facilities/metrics-outbox.ts';
import { createSteps } from './facilities/steps.ts';
import type { HeldJob } from './held-job.ts';
import { createJobApi } from './job-api.ts';
import { storableText } from './stored-failure.ts';
import type { Workdir } from './workdirs.ts';

type Deps = {
  readonly client: BridgeClient;
  readonly circuits: Circuits;
  readonly platform: PlatformClientPool;
  readonly workerId: string;
  readonly log: Logger;
  readonly metrics: Pick<MetricsOutbox, 'add'>;
};

export type OpenAttempt = {
  readonly context: JobContext;
  /** For the runtime's own lines about this attempt. */
  readonly log: Logger;
  /** Before the attempt is settled: tells the API what is only here yet. Never rejects, and takes a bound time. */
  close(): Promise<void>;
};

const MESSAGE_CHARACTERS = 500;

/** What a handler gets for one attempt; `choice` is the circuit that its definition names. */
export function openAttempt(deps: Deps, held: HeldJob, workdir: Workdir, choice?: CircuitChoice): OpenAttempt {
  const { job, signal } = held;
  const { client, circuits } = deps;
  // The API itself stays behind its own circuit, whatever else the job calls.
  const circuit = circuits.get('backend_api');
  const own = choice === undefined ? undefined : circuits.chosen(choice);
  const { id: jobId, token } = job;
  const traceparent = job.traceparent === undefined ? {} : { traceparent: job.traceparent };
  const bound = { job: jobId, queue: job.queue, jobName: job.name, attempt: job.attempt, worker: deps.workerId };
  const plainLog = deps.log.child({ ...bound, ...traceparent });
  const calls = createAttemptCalls({ client, circuit, token, signal });
  const shipper = createLogShipper({
    send: (chunk, timeoutMs) => calls.tell(postLogs, { params: { id: jobId }, body: chunk }, timeoutMs),
  });
  const log = shipLines(plainLog, shipper.push);
  const lock = createLocks({ calls, jobId, signal, log: plainLog });
  return {
    log: plainLog,
    close: () => shipper.close(),
    context: {
      job: {
        id: jobId,
        queue: job.queue,
        name: job.name,
        attempt: job.attempt,
        maxAttempts: job.maxAttempts,
        enqueuedAt: new Date(job.enqueuedAt),
        ...traceparent,
      },
      api: createJobApi({ client, circuit, token, signal }),
      platform: deps.platform.forAttempt({ signal, circuit: own, ...traceparent }),
      circuit: createJobCircuit(own, job.name, signal),
      http: deps.platform.httpFor(signal),
      signal,
      log,
      lock,
      enqueue: createEnqueueChild({ calls, jobId }),
      idempotency: createIdempotency({ calls, jobId, lock }),
      ...createSteps({ calls, jobId }),
      metrics: createJobMetrics(deps.metrics, job.name),
      progress(percent, message) {
        if (typeof percent !== 'number' || Number.isNaN(percent)) return;
        held.progress = {
          percent: Math.min(100, Math.max(0, percent)),
          ...(typeof message === 'string' ? { message: storableText(message, MESSAGE_CHARACTERS) } : {}),
        };
      },
      workdir: () => workdir.path(),
    },
  };
}
