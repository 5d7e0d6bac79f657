import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../process/logger.ts';
import { BEAT_MS, RUNNING_ATTEMPT, stallReport, type StallReport } from './stall-report.ts';

export type RunningAttempt = NonNullable<StallReport['attempt']>;

export type StallWatch = {
  start(): void;
  stop(): Promise<void>;
  /** Runs a handler under its name, so that the watch can say whose code blocks the event loop. */
  naming<Value>(attempt: RunningAttempt, work: () => Promise<Value>): Promise<Value>;
  /** How often each job has blocked the event loop for more than a second since the start. */
  stalls(): ReadonlyMap<string, number>;
};

type Deps = { readonly log: Logger; readonly onStall: (report: StallReport) => void };

/** Nobody's code that the watch knows of: the runtime's own, or a callback that lost its context. */
const UNKNOWN = '(unknown)';

/**
 * Notices handlers that block the event loop, under which heartbeats, cancels and all other jobs of the process stand
 * still, and names them. A thread watches, because a blocked loop cannot watch itself.
 */
export function createStallWatch({ log, onStall }: Deps): StallWatch {
  const running = new AsyncLocalStorage<RunningAttempt>();
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const stalls = new Map<string, number>();
  const whose = () => running.getStore();
  let thread: Worker | undefined;
  let beating: NodeJS.Timeout | undefined;

  function hear(message: unknown): void {
    const report = stallReport.safeParse(message).data;
    if (report === undefined) return;
    const { attempt, stalledMs, where } = report;
    const name = attempt?.name ?? UNKNOWN;
    stalls.set(name, (stalls.get(name) ?? 0) + 1);
    const whom = attempt === undefined ? {} : { job: attempt.job, jobName: attempt.name, attempt: attempt.attempt };
    log.error({ stalledMs, where, ...whom }, 'the event loop was blocked: heartbeats and all other jobs stood still');
    onStall(report);
  }

  return {
    start() {
      Reflect.set(globalThis, Symbol.for(RUNNING_ATTEMPT), whose);
      beating = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
      thread = new Worker(threadFile(), {
        workerData: { beats: beats.buffer },
        execArgv: [],
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 64 },
      });
      thread.on('message', hear);
      thread.on('error', (error) => log.warn({ err: error }, 'blocking handlers are no longer noticed'));
      thread.unref();
    },
    async stop() {
      clearInterval(beating);
      await thread?.terminate();
    },
    naming: (attempt, work) => running.run(attempt, work),
    stalls: () => stalls,
  };
}

/** Beside this file, whether it runs from source or built. */
function threadFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./stall-thread.${extension}`, import.meta.url);
}
