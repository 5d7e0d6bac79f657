import { deleteWorker } from '../contract/routes/workers.ts';
import type { Directive } from '../contract/worker.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep, whenAborted } from '../process/sleep.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LeaseTable } from './lease-table.ts';
import type { Poller } from './poller.ts';
import type { Processor } from './processor.ts';
import type { Registration } from './registration.ts';
import type { Reporter } from './reporter.ts';

/** `quiet` was asked by an operator: it claims nothing, finishes what it has, and stays. */
export type WorkerState = 'starting' | 'running' | 'quiet' | 'draining' | 'stopped';

/** Why the worker wants its process to end. */
export type WorkerEnd = { readonly reason: 'asked-to-stop' } | { readonly reason: 'refused'; readonly error: Error };

export type Supervisor = {
  start(): void;
  /** Drains: claims nothing more, waits for what runs up to the deadline, gives the rest back, leaves. */
  stop(): Promise<void>;
  /** Ends a drain's waiting: everything is given back now. */
  hurry(): void;
  /** What a heartbeat's answer asks of the worker. */
  obey(directive: Directive): void;
  registerAgain(): Promise<void>;
  state(): WorkerState;
  /** Resolves when the bridge asked the worker to leave, or will not have it. */
  readonly ended: Promise<WorkerEnd>;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly registration: Registration;
  readonly heartbeat: Heartbeat;
  readonly poller: Poller;
  readonly processor: Processor;
  readonly reporter: Reporter;
  readonly leases: LeaseTable;
  readonly registering: AbortController;
  readonly log: Logger;
  readonly drainMs: number;
  /** After the deadline: for handlers to obey their signal, and then for the last settles to be answered. */
  readonly partingMs: number;
};

/** register → claim → drain → leave. The order of the steps is this file's only concern. */
export function createWorker(deps: Deps): Supervisor {
  const { log, poller, processor, heartbeat, leases } = deps;
  const hurried = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<WorkerEnd>();
  let state: WorkerState = 'starting';
  let stopping: Promise<void> | undefined;

  async function register(): Promise<void> {
    try {
      await deps.registration.register();
    } catch (error) {
      log.fatal({ err: error }, 'the bridge refuses this worker');
      end({ reason: 'refused', error: error instanceof Error ? error : new Error(String(error)) });
      // What runs is finished by whoever stops the process; registering again would only be refused again.
      void poller.pause();
      await whenAborted(deps.registering.signal);
    }
  }

  async function begin(): Promise<void> {
    await register();
    if (state !== 'starting' || deps.registering.signal.aborted) return;
    state = 'running';
    heartbeat.start();
    poller.resume();
  }

  async function drain(): Promise<void> {
    const started = state !== 'starting';
    state = 'draining';
    log.info({ leases: leases.size }, 'draining: no more claims');
    if (!started) deps.registering.abort();
    // Whoever waits for a slot would only be waited for; somebody else can have it now.
    processor.interrupt('waiting', 'shutdown');
    if (started) heartbeat.beatSoon();
    const drained = poller.pause().then(() => leases.whenEmpty());
    await waitFor(drained, deps.drainMs, hurried.signal);
    if (leases.size > 0) {
      log.warn({ leases: leases.size }, 'giving back what has not ended');
      processor.interrupt('all', 'shutdown');
      await waitFor(leases.whenEmpty(), deps.partingMs);
    }
    deps.reporter.stop();
    deps.registering.abort();
    if (started) await heartbeat.stop();
    if (deps.registration.registered()) await leave();
    state = 'stopped';
    log.info('stopped');
  }

  async function leave(): Promise<void> {
    try {
      await withCallDeadline(deps.partingMs, undefined, (signal) =>
        deps.client.call(deleteWorker, { params: { id: deps.workerId }, signal }),
      );
    } catch (error) {
      log.warn({ err: error }, 'leaving could not be told: the bridge will notice by itself');
    }
  }

  return {
    start: () => void begin(),
    stop: () => (stopping ??= drain()),
    hurry: () => hurried.abort(),
    obey(directive) {
      if (directive === 'stop') {
        hurried.abort();
        end({ reason: 'asked-to-stop' });
      } else if (directive === 'drain' && state === 'running') {
        state = 'quiet';
        log.info('an operator asked this worker to drain: no more claims');
        void poller.pause();
        heartbeat.beatSoon();
      } else if (directive === 'continue' && state === 'quiet') {
        state = 'running';
        log.info('an operator ended the drain: claiming again');
        poller.resume();
      }
    },
    registerAgain: register,
    state: () => state,
    ended,
  };
}

/** Waits for a fact, at most so long, and no longer once `unless` aborts. */
async function waitFor(fact: Promise<void>, ms: number, unless?: AbortSignal): Promise<void> {
  const over = new AbortController();
  void fact.then(() => over.abort());
  if (unless !== undefined) void whenAborted(unless, over.signal).then(() => over.abort());
  await sleep(ms, over.signal);
  over.abort();
}
