import { randomUUID } from 'node:crypto';
import {
  createPlatformClients,
  createRegistry,
  readJobsEnv,
  type JobDefinition,
  type PlatformClientPool,
} from '../jobs/index.ts';
import { createBridgeClient, type BridgeClient } from '../process/bridge-client.ts';
import { createCircuits, reportOf, type Circuits } from '../process/circuits.ts';
import type { Service } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { createTokenSource } from '../process/service-token.ts';
import { sleep } from '../process/sleep.ts';
import { VERSION } from '../process/version.ts';
import type { RuntimeEnv } from './env.ts';
import { createExecutor } from './executor.ts';
import { createMetricsOutbox } from './facilities/metrics-outbox.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createIsolatedRunner, type IsolatedRunner } from './isolated/run-isolated.ts';
import type { HeldJob } from './held-job.ts';
import { interruptionOf } from './interruption.ts';
import { openAttempt } from './job-context.ts';
import { createLapseWatch } from './lapse-watch.ts';
import { createLeaseTable } from './lease-table.ts';
import { createPoller } from './poller.ts';
import { createProcessor } from './processor.ts';
import { createRegistration } from './registration.ts';
import { createReporter } from './reporter.ts';
import { runtimeChecks, type RuntimeChecks } from './runtime-checks.ts';
import { createSignalWatch } from './signal-watch.ts';
import { createStallWatch } from './stall/stall-watch.ts';
import { createUsageMeter } from './usage.ts';
import { createWorker, type Supervisor, type WorkerEnd } from './worker.ts';
import { createWorkdirs } from './workdirs.ts';

/** Times that only tests have a reason to change. */
export type RuntimeTimes = {
  /** How long an interrupted handler may take to return. */
  readonly graceMs: number;
  /** After the drain's deadline: for handlers to obey, for the last settles, and for leaving. */
  readonly partingMs: number;
  /** How long a prefetched job waits for a slot before it goes back. */
  readonly patienceMs: number;
  /** How long an outcome is kept although nobody answers. */
  readonly keepOutcomeMs: number;
};

const TIMES: RuntimeTimes = { graceMs: 5_000, partingMs: 2_000, patienceMs: 2_000, keepOutcomeMs: 30 * 60_000 };

export type RuntimeDeps = {
  readonly env: RuntimeEnv;
  readonly jobs: readonly JobDefinition[];
  readonly log: Logger;
  /** The registry of the process, which health and metrics read; one of its own when the runtime is alone. */
  readonly circuits?: Circuits;
  /** The backend application as jobs see it; when absent, the API is that backend. Closed by whoever gave it. */
  readonly platform?: PlatformClientPool;
  /** Serves one isolated run; without it, a job that asks for isolation is refused at the start. */
  readonly isolatedProgram?: URL;
  readonly times?: Partial<RuntimeTimes>;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly newId?: () => string;
};

export type Runtime = Service & {
  /** During a stop: gives everything back now. */
  hurry(): void;
  /** Resolves when the bridge asked this worker to leave, or will not have it; the process should stop then. */
  readonly ended: Promise<WorkerEnd>;
  /** What readiness and a detailed health page say of the polling half. */
  readonly checks: RuntimeChecks;
};

/** The polling worker, wired. `start` resolves at once: it waits for the API in the background. */
export function createRuntime(deps: RuntimeDeps): Runtime {
  const { env } = deps;
  const { now = () => performance.now(), random = Math.random, newId = randomUUID } = deps;
  const times = { ...TIMES, ...deps.times };
  const log = deps.log.child({ worker: env.workerId });
  const registry = createRegistry(deps.jobs);
  const { workerId, queues, concurrency, labels } = env;

  // Two pools of connections: however many streams the jobs keep open, a heartbeat always finds a free one.
  const control = connect(env, 16);
  const data = connect(env, Math.max(16, concurrency * 2));
  // The circuit of the jobs' calls. Heartbeats, claims and settles never go through it.
  const circuits = deps.circuits ?? createCircuits(now);
  const platform = deps.platform ?? platformAt(env, circuits);
  const leases = createLeaseTable();
  const workdirs = createWorkdirs(env.workDir, log);
  const usage = createUsageMeter(now);
  const registering = new AbortController();
  const shared = { client: control, workerId, queues, log, now, random };

  const registration = createRegistration({ ...shared, labels, concurrency, signal: registering.signal });
  const intervals = () => registration.intervals();
  const leaseSeconds = () => intervals().leaseSeconds;
  const lapseWatch = createLapseWatch({ leases, leaseSeconds, log, now });
  const reporter = createReporter({ ...shared, leaseSeconds, keepMs: times.keepOutcomeMs });
  const metrics = createMetricsOutbox(shared);
  const stallWatch = createStallWatch({
    log,
    onStall({ attempt, stalledMs }) {
      const jobName = attempt === undefined ? {} : { jobName: attempt.name };
      metrics.add({ type: 'timing', name: 'event_loop_blocked', value: stalledMs, ...jobName });
    },
  });
  const executor = createExecutor({
    registry,
    circuits,
    now,
    naming: stallWatch.naming,
    workdirFor: ({ job }) => workdirs.forAttempt(`${job.id.replace(/[^A-Za-z0-9-]/g, '_')}-${job.attempt}`),
    openAttempt: (held, workdir, choice) =>
      openAttempt({ client: data, circuits, platform, workerId, log: deps.log, metrics }, held, workdir, choice),
    graceMs: (held) => graceMs(held, times),
    runIsolated: isolatedRunner(deps, { metrics, circuits, graceMs: (held) => graceMs(held, times) }),
  });
  const processor = createProcessor({
    concurrency,
    leases,
    executor,
    reporter,
    log,
    now,
    patienceMs: times.patienceMs,
    mostOf: (name) => registry.find(name)?.concurrency?.perWorker,
    onCapacity: () => poller.wake(),
    onHeld() {
      lapseWatch.rearm();
      heartbeat.confirmSoon();
    },
  });
  const onUnknownWorker = () => worker.registerAgain();
  const poller = createPoller({
    ...shared,
    intervals,
    newId,
    onUnknownWorker,
    capacity: () => processor.capacity(),
    accept: (jobs) => processor.accept(jobs),
    decline: (jobs) => processor.decline(jobs),
  });
  const heartbeat = createHeartbeat({
    ...shared,
    intervals,
    leases,
    usage,
    circuits: () => reportOf(circuits),
    status: () => statusOf(worker, leases.size),
    onDirective: (directive) => worker.obey(directive),
    onRenewed: () => lapseWatch.rearm(),
    onUnknownWorker,
  });
  const signals = createSignalWatch({ ...shared, onSignal: () => heartbeat.beatNow() });
  const worker: Supervisor = createWorker({
    ...shared,
    ...{ registration, heartbeat, poller, processor, reporter, leases, registering },
    drainMs: env.drainSeconds * 1000,
    partingMs: times.partingMs,
  });
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await worker.stop();
    await signals.stop();
    await metrics.stop(times.partingMs / 2);
    lapseWatch.stop();
    await stallWatch.stop();
    usage.stop();
    await workdirs.close();
    // A stream that a handler still holds would keep its connection, and this promise, open for as long as it likes.
    const own = [control, data, ...(deps.platform === undefined ? [platform] : [])];
    await Promise.race([Promise.all(own.map((pool) => pool.close())), sleep(times.partingMs)]);
  }

  return {
    name: 'runtime',
    async start() {
      await workdirs.sweep();
      log.info({ jobs: registry.names, version: VERSION }, 'starting');
      metrics.start();
      stallWatch.start();
      worker.start();
      signals.start();
    },
    stop: () => (stopping ??= stop()),
    hurry: () => worker.hurry(),
    ended: worker.ended,
    checks: runtimeChecks({
      worker,
      heartbeat,
      processor,
      stallWatch,
      circuit: circuits.get('backend_api'),
      concurrency,
      leaseSeconds,
      now,
    }),
  };
}

function connect(env: RuntimeEnv, connections: number): BridgeClient {
  const token = createTokenSource(env.tokenKey, { type: 'worker', sub: env.workerId });
  return createBridgeClient({
    baseUrl: env.backendApiUrl,
    token,
    userAgent: `PowernodeWorker/${VERSION}`,
    connections,
  });
}

function platformAt({ backendApiUrl: baseUrl, tokenKey, workerId }: RuntimeEnv, circuits: Circuits) {
  const { apiTimeoutMs: timeoutMs, mostRepeats } = readJobsEnv({});
  const circuit = circuits.get('backend_api');
  return createPlatformClients({ baseUrl, tokenKey, workerId, circuits, circuit, timeoutMs, mostRepeats });
}

function isolatedRunner(
  { env, jobs, isolatedProgram }: RuntimeDeps,
  shared: Pick<Parameters<typeof createIsolatedRunner>[0], 'metrics' | 'circuits' | 'graceMs'>,
): IsolatedRunner {
  if (isolatedProgram !== undefined) {
    const { backendApiUrl: baseUrl, workerId } = env;
    return createIsolatedRunner({ ...shared, program: isolatedProgram, baseUrl, workerId });
  }
  const [isolated] = jobs.filter((job) => job.isolate !== undefined);
  if (isolated === undefined)
    return () => Promise.reject(new Error('expected no job that asks for isolation, got one'));
  throw new Error(`${isolated.name} asks for a process of its own, and this runtime was given no program for it`);
}

/** At the end of a drain a handler gets half of what is left, so that its release still finds its way. */
function graceMs(held: HeldJob, times: RuntimeTimes): number {
  const atShutdown = interruptionOf(held.signal)?.kind === 'shutdown';
  return atShutdown ? Math.min(times.graceMs, times.partingMs / 2) : times.graceMs;
}

function statusOf(worker: Supervisor, leases: number): 'idle' | 'busy' | 'draining' {
  const state = worker.state();
  if (state === 'quiet' || state === 'draining') return 'draining';
  return leases > 0 ? 'busy' : 'idle';
}
