import { heartbeatWorker } from '../contract/routes/workers.ts';
import type { CircuitReport } from '../contract/circuits.ts';
import type { Directive, HeartbeatReply, Intervals } from '../contract/worker.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep } from '../process/sleep.ts';
import type { HeldJob } from './held-job.ts';
import type { LeaseTable } from './lease-table.ts';
import type { UsageMeter } from './usage.ts';

export type Heartbeat = {
  start(): void;
  /** Resolves when no beat is under way any more. */
  stop(): Promise<void>;
  /** Beats within a moment: the status has changed. */
  beatSoon(): void;
  /** Beats early enough to confirm a claim, also when the first beat is lost. */
  confirmSoon(): void;
  /** Beats at once: there is something to hear. */
  beatNow(): void;
  /** Monotonic time of the last beat that was accepted, as of its sending; undefined before the first. */
  acceptedAtMs(): number | undefined;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly intervals: () => Intervals;
  readonly leases: LeaseTable;
  readonly status: () => 'idle' | 'busy' | 'draining';
  readonly usage: UsageMeter;
  readonly circuits: () => CircuitReport[];
  readonly onDirective: (directive: Directive) => void;
  readonly onRenewed: () => void;
  /** The bridge does not know this worker (any more): registers again before it resolves. */
  readonly onUnknownWorker: () => Promise<void>;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
};

/** What changes together is told by one beat. */
const FOLD_MS = 100;
/** Claims may wait this share of the time for confirming, and never longer than this: what is settled by then needs no beat. */
const CONFIRM_SHARE = 0.1;
const CONFIRM_MS = 500;
const JITTER = 0.2;
const RETRY_MS = 500;

/**
 * One heartbeat for the process and all its leases: those that run, wait for a slot or are being settled. It confirms
 * claims, renews leases and hears what was lost, cancelled or directed. A beat that fails says nothing about any
 * lease: work is dropped on a definite answer only (the lapse watch counts how long none came).
 */
export function createHeartbeat(deps: Deps): Heartbeat {
  const { leases, log, now } = deps;
  const stopped = new AbortController();
  let nap = new AbortController();
  let dueAtMs = 0;
  let acceptedAtMs: number | undefined;
  let loop: Promise<void> = Promise.resolve();

  function beatBy(atMs: number): void {
    if (atMs >= dueAtMs) return;
    dueAtMs = atMs;
    nap.abort();
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      const waitMs = dueAtMs - now();
      if (waitMs > 0) {
        nap = new AbortController();
        await sleep(waitMs, nap.signal);
        continue;
      }
      dueAtMs = now() + deps.intervals().heartbeatSeconds * 1000 * (1 - JITTER * deps.random());
      await beat();
    }
  }

  async function beat(): Promise<void> {
    const named = newestLeaseOfEachJob(leases.all());
    const sentAtMs = now();
    try {
      const { data } = await withCallDeadline(deadlineMs(deps.intervals()), stopped.signal, (signal) =>
        deps.client.call(heartbeatWorker, {
          params: { id: deps.workerId },
          body: {
            status: deps.status(),
            running: named.map(describe),
            usage: deps.usage.read(),
            circuits: deps.circuits(),
          },
          signal,
        }),
      );
      acceptedAtMs = sentAtMs;
      obey(data, named, sentAtMs);
    } catch (error) {
      if (!stopped.signal.aborted) await face(error);
    }
  }

  function obey(reply: HeartbeatReply, named: readonly HeldJob[], sentAtMs: number): void {
    const lost = new Set(reply.lost);
    const cancelled = new Set(reply.cancelled);
    for (const held of named) {
      const { id } = held.job;
      if (lost.has(id) || cancelled.has(id)) {
        // A settle may have been accepted while this beat was under way; its verdict is the better answer.
        if (held.phase !== 'settling') held.interrupt(cancelled.has(id) ? 'cancelled' : 'lost');
      } else {
        held.renewedAtMs = Math.max(held.renewedAtMs, sentAtMs);
      }
    }
    deps.onRenewed();
    deps.onDirective(reply.directive);
  }

  async function face(error: unknown): Promise<void> {
    if (error instanceof BridgeCallError && error.code === 'worker_unknown') {
      log.warn('the bridge does not know this worker: registering again');
      await deps.onUnknownWorker();
      beatBy(now());
      return;
    }
    log.warn({ err: error, leases: leases.size }, 'a heartbeat was not answered: it is repeated');
    beatBy(now() + RETRY_MS * (1 - JITTER * deps.random()));
  }

  return {
    start: () => void (loop = run()),
    async stop() {
      stopped.abort();
      nap.abort();
      await loop;
    },
    beatSoon: () => beatBy(now() + FOLD_MS),
    confirmSoon: () => beatBy(now() + Math.min(CONFIRM_MS, deps.intervals().confirmSeconds * 1000 * CONFIRM_SHARE)),
    beatNow: () => beatBy(now()),
    acceptedAtMs: () => acceptedAtMs,
  };
}

/** Two beats must fit into the time for confirming, and three into a lease. */
function deadlineMs({ heartbeatSeconds, confirmSeconds, leaseSeconds }: Intervals): number {
  return Math.min(heartbeatSeconds, confirmSeconds / 2, leaseSeconds / 3) * 1000;
}

/** `lost` and `cancelled` name jobs, not leases: with two leases of one job in a beat nobody could tell which. */
function newestLeaseOfEachJob(all: readonly HeldJob[]): readonly HeldJob[] {
  return [...new Map(all.map((held) => [held.job.id, held])).values()];
}

function describe({ job, progress }: HeldJob) {
  return { jobId: job.id, lease: job.lease, ...(progress === undefined ? {} : { progress }) };
}
