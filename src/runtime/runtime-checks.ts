import type { Health } from '../contract/health.ts';
import type { CircuitBreaker, CircuitStatus } from '../process/circuit-breaker.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Processor, ProcessorCounts, RunTotals } from './processor.ts';
import type { StallWatch } from './stall/stall-watch.ts';
import type { Supervisor, WorkerState } from './worker.ts';

export type Check = NonNullable<Health['checks']>[number];

export type RuntimeChecks = {
  /** Ready means: this worker can claim and settle now. */
  ready(): readonly Check[];
  state(): WorkerState;
  counts(): ProcessorCounts;
  totals(): RunTotals;
  /** How often each job has blocked the event loop for more than a second. */
  stalls(): ReadonlyMap<string, number>;
  circuit(): CircuitStatus;
  readonly slots: number;
};

type Deps = {
  readonly worker: Supervisor;
  readonly heartbeat: Heartbeat;
  readonly processor: Processor;
  readonly stallWatch: Pick<StallWatch, 'stalls'>;
  readonly circuit: CircuitBreaker;
  readonly concurrency: number;
  readonly leaseSeconds: () => number;
  readonly now: () => number;
};

/** Whether this worker takes jobs, in words that name who asked for it. */
const CLAIMING: Readonly<Record<WorkerState, string>> = {
  starting: 'not registered yet',
  running: 'running',
  quiet: 'drained: the API asked this worker to take no more jobs',
  draining: 'draining: this process was asked to stop',
  stopped: 'stopped',
};

export function runtimeChecks(deps: Deps): RuntimeChecks {
  const { worker, heartbeat, processor, stallWatch, circuit, concurrency, now } = deps;

  function bridge(): Check {
    const acceptedAtMs = heartbeat.acceptedAtMs();
    if (acceptedAtMs === undefined) return { name: 'bridge', ok: false, detail: 'no heartbeat was accepted yet' };
    const ageSeconds = Math.round((now() - acceptedAtMs) / 100) / 10;
    return {
      name: 'bridge',
      ok: ageSeconds <= deps.leaseSeconds(),
      detail: `last heartbeat accepted ${ageSeconds} s ago`,
    };
  }

  function slots(): Check {
    const { stuck } = processor.counts();
    const detail = `${stuck} of ${concurrency} held by handlers that ignore their signal`;
    return { name: 'slots', ok: stuck < concurrency, ...(stuck === 0 ? {} : { detail }) };
  }

  return {
    ready: () => [
      bridge(),
      { name: 'claiming', ok: worker.state() === 'running', detail: CLAIMING[worker.state()] },
      slots(),
      { name: 'circuit', ok: circuit.status().state !== 'open', detail: circuit.status().state },
    ],
    state: () => worker.state(),
    counts: () => processor.counts(),
    totals: () => processor.totals(),
    stalls: () => stallWatch.stalls(),
    circuit: () => circuit.status(),
    slots: concurrency,
  };
}
