import type { ClaimedJob } from '../contract/job.ts';
import { LIMITS } from '../contract/limits.ts';
import type { Logger } from '../process/logger.ts';
import type { Execution, Executor } from './executor.ts';
import type { HeldJob } from './held-job.ts';
import { interruptionOf, type InterruptionKind } from './interruption.ts';
import type { LeaseTable } from './lease-table.ts';
import { endOfInterruption, type RunEnd } from './outcome.ts';
import { createPrefetch } from './prefetch.ts';
import type { Reporter } from './reporter.ts';
import { createSlots } from './slots.ts';

export type Processor = {
  /** Takes claimed jobs: each runs as soon as a slot is free. */
  accept(jobs: readonly ClaimedJob[]): void;
  /** Takes jobs that came too late to be run, and gives them back. */
  decline(jobs: readonly ClaimedJob[]): void;
  /** How many jobs the next claim may ask for. */
  capacity(): number;
  /** Interrupts what waits for a slot, and with `all` what runs as well. */
  interrupt(which: 'waiting' | 'all', kind: InterruptionKind): void;
  counts(): ProcessorCounts;
  totals(): RunTotals;
};

/** How the runs of this process ended since its start. */
export type RunTotals = Readonly<Record<RunEnd['type'], number>>;

export type ProcessorCounts = {
  readonly waiting: number;
  readonly running: number;
  /** Handlers that ignored their signal and were given up, but have not returned: their slots are still taken. */
  readonly stuck: number;
};

type Deps = {
  readonly concurrency: number;
  readonly leases: LeaseTable;
  readonly executor: Executor;
  readonly reporter: Reporter;
  readonly log: Logger;
  readonly now: () => number;
  /** A job that waited this long for a slot goes back, so that an idle worker can have it. */
  readonly patienceMs: number;
  /** How many runs of a job this worker may have at once; undefined: as many as there are slots. */
  readonly mostOf: (name: string) => number | undefined;
  /** Called when `capacity` may have grown. */
  readonly onCapacity: () => void;
  /** Called after leases were taken. */
  readonly onHeld: () => void;
};

/** So many ends may be untold before no more work is claimed: a bridge that takes no outcomes gets no more of them. */
const MOST_UNTOLD = 2 * LIMITS.settlements;

/** Keeps claimed jobs in line, runs each in a slot, and hands its end to the reporter. */
export function createProcessor(deps: Deps): Processor {
  const { leases, log, now } = deps;
  const line: HeldJob[] = [];
  const prefetch = createPrefetch(deps.concurrency);
  const running = new Map<string, number>();
  let stuck = 0;
  let untold = 0;
  const totals = { completed: 0, failed: 0, released: 0, dropped: 0 };
  const slots = createSlots(deps.concurrency, () => {
    fillSlots();
    deps.onCapacity();
  });

  function hold(jobs: readonly ClaimedJob[]): HeldJob[] {
    const held = jobs.flatMap((job) => leases.hold(job, now()) ?? []);
    if (held.length < jobs.length)
      log.warn({ count: jobs.length - held.length }, 'the bridge repeated jobs held already');
    return held;
  }

  function fillSlots(): void {
    for (;;) {
      const place = line.findIndex((held) => mayRun(held.job.name));
      const freeSlot = place === -1 ? undefined : slots.take();
      if (freeSlot === undefined) return;
      const [held] = line.splice(place, 1);
      if (held === undefined) freeSlot();
      else void run(held, freeSlot);
    }
  }

  /** A job that must wait for another of its name lets those behind it go first. */
  function mayRun(name: string): boolean {
    const most = deps.mostOf(name);
    return most === undefined || (running.get(name) ?? 0) < most;
  }

  function count(name: string, change: 1 | -1): void {
    const left = (running.get(name) ?? 0) + change;
    if (left === 0) running.delete(name);
    else running.set(name, left);
  }

  async function run(held: HeldJob, freeSlot: () => void): Promise<void> {
    held.phase = 'running';
    const startedMs = now();
    count(held.job.name, 1);
    const execution = deps.executor.run(held);
    void execution.returned.then(() => {
      prefetch.observe(now() - startedMs);
      count(held.job.name, -1);
      freeSlot();
    });
    const { end, givenUp } = await execution.over;
    if (givenUp) watchStuck(held, execution);
    await conclude(held, end);
  }

  function watchStuck(held: HeldJob, { returned }: Execution): void {
    const fields = { job: held.job.id, name: held.job.name, attempt: held.job.attempt };
    stuck += 1;
    log.error(fields, 'a handler ignores its signal: its result is given up, its slot stays taken until it returns');
    void returned.then(() => {
      stuck -= 1;
      log.warn(fields, 'a handler that was given up has returned');
    });
  }

  async function conclude(held: HeldJob, end: RunEnd): Promise<void> {
    totals[end.type] += 1;
    if (end.type === 'dropped') {
      log.warn({ job: held.job.id, attempt: held.job.attempt, reason: end.reason }, 'nothing to settle');
    } else {
      held.phase = 'settling';
      untold += 1;
      await deps.reporter.settle(held, end);
      untold -= 1;
    }
    leases.letGo(held);
    deps.onCapacity();
  }

  /** A job that is interrupted in line never starts; what becomes of it is what becomes of an interrupted run. */
  function leaveLine(held: HeldJob): void {
    const interruption = interruptionOf(held.signal);
    const place = line.indexOf(held);
    if (interruption === undefined || place < 0) return;
    line.splice(place, 1);
    void conclude(held, endOfInterruption(interruption));
  }

  function losePatience(waiting: readonly HeldJob[]): void {
    for (const held of waiting) if (held.phase === 'waiting') held.interrupt('waited');
  }

  /** No small claims beside a line that is still long: they would cost a request each, and hurry nothing. */
  function capacity(): number {
    const allowance = prefetch.allowance();
    const room = slots.free - line.length + allowance;
    if (untold >= MOST_UNTOLD || (line.length > 0 && room < allowance / 2)) return 0;
    return Math.min(LIMITS.claimJobs, room);
  }

  return {
    accept(jobs) {
      const taken = hold(jobs);
      line.push(...taken);
      fillSlots();
      const waiting = taken.filter((each) => each.phase === 'waiting');
      for (const held of waiting) held.signal.addEventListener('abort', () => leaveLine(held), { once: true });
      if (waiting.length > 0) setTimeout(() => losePatience(waiting), deps.patienceMs).unref();
      deps.onHeld();
    },
    decline(jobs) {
      for (const held of hold(jobs)) {
        held.interrupt('shutdown');
        void conclude(held, { type: 'released', reason: 'the worker had stopped claiming' });
      }
    },
    capacity,
    interrupt(which, kind) {
      const phases = which === 'all' ? ['waiting', 'running'] : ['waiting'];
      for (const held of leases.all()) if (phases.includes(held.phase)) held.interrupt(kind);
    },
    totals: () => ({ ...totals }),
    counts: () => ({ waiting: line.length, running: slots.capacity - slots.free - stuck, stuck }),
  };
}
