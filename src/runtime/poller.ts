import { claimJobs } from '../contract/routes/workers.ts';
import type { ClaimedJob } from '../contract/job.ts';
import { LIMITS } from '../contract/limits.ts';
import type { Intervals } from '../contract/worker.ts';
import { backoffMs, CALM_BACKOFF } from '../process/backoff.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep, whenAborted } from '../process/sleep.ts';
import { createWake } from './wake.ts';

export type Poller = {
  /** Claims from now on; does nothing while it does so already. */
  resume(): void;
  /** Stops claiming at once: a parked claim is aborted. Resolves when no claim is under way any more. */
  pause(): Promise<void>;
  /** Capacity may have grown. */
  wake(): void;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly queues: readonly string[];
  readonly intervals: () => Intervals;
  readonly capacity: () => number;
  readonly accept: (jobs: readonly ClaimedJob[]) => void;
  /** Jobs of an answer that arrived when claiming had just stopped. */
  readonly decline: (jobs: readonly ClaimedJob[]) => void;
  readonly onUnknownWorker: () => Promise<void>;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
};

/** What a parked claim may take beyond its own wait before its answer counts as lost. */
const ANSWER_MARGIN_MS = 10_000;
/** An empty answer that came sooner than this was no long poll: asking again at once would be a busy loop. */
const PARKED_MS = 500;
/** The longest Retry-After that is waited out. */
const LONGEST_ASKED_MS = 30_000;

/**
 * Asks for as many jobs as there is room for, one claim at a time. A claim whose answer was lost is repeated under
 * the same claimId until it is answered or refused for good, so that the jobs it took are not left lying: the bridge
 * gives those it still holds for that claim.
 */
export function createPoller(deps: Deps): Poller {
  const { log, now } = deps;
  const capacityChanged = createWake();
  let claiming: AbortController | undefined;
  let loop: Promise<void> = Promise.resolve();
  /** Kept over a pause: the answer of an aborted claim is as lost as any other. */
  let openClaim: string | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    let fruitless = 0;
    while (!signal.aborted) {
      const limit = deps.capacity();
      if (limit < 1) {
        await capacityChanged.wait(signal);
        continue;
      }
      const askedAtMs = now();
      const jobs = await claim(limit, signal);
      const parked = now() - askedAtMs >= PARKED_MS;
      fruitless = jobs !== undefined && (jobs.length > 0 || parked) ? 0 : fruitless + 1;
      if (fruitless > 0) await sleep(backoffMs(CALM_BACKOFF, fruitless, deps.random), signal);
    }
  }

  /** One claim; undefined when it was not answered. */
  async function claim(limit: number, signal: AbortSignal): Promise<readonly ClaimedJob[] | undefined> {
    const waitSeconds = Math.min(deps.intervals().claimWaitSeconds, LIMITS.claimWaitSeconds);
    openClaim ??= deps.newId();
    const claimId = openClaim;
    try {
      const { status, data } = await withCallDeadline(waitSeconds * 1000 + ANSWER_MARGIN_MS, signal, (callSignal) =>
        deps.client.call(claimJobs, {
          params: { id: deps.workerId },
          body: { claimId, queues: [...deps.queues], limit, waitSeconds },
          signal: callSignal,
          timeoutMs: waitSeconds * 1000 + ANSWER_MARGIN_MS,
        }),
      );
      openClaim = undefined;
      const jobs = status === 204 ? [] : data.jobs;
      if (signal.aborted) deps.decline(jobs);
      else if (jobs.length > 0) deps.accept(jobs);
      return jobs;
    } catch (error) {
      if (!signal.aborted) await face(error, claimId, signal);
      return undefined;
    }
  }

  async function face(error: unknown, claimId: string, signal: AbortSignal): Promise<void> {
    if (error instanceof BridgeCallError && error.code === 'worker_unknown') {
      const over = new AbortController();
      await Promise.race([deps.onUnknownWorker(), whenAborted(signal, over.signal)]);
      over.abort();
      return;
    }
    log.warn({ err: error, claimId }, 'a claim was not answered: it is repeated');
    if (isRefusal(error)) openClaim = undefined;
    const askedMs = error instanceof BridgeCallError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    await sleep(Math.min(askedMs, LONGEST_ASKED_MS), signal);
  }

  return {
    resume() {
      if (claiming !== undefined) return;
      claiming = new AbortController();
      const { signal } = claiming;
      const before = loop;
      loop = before.then(() => run(signal));
    },
    async pause() {
      claiming?.abort();
      claiming = undefined;
      await loop;
    },
    wake: capacityChanged.call,
  };
}

/** The bridge read this claim and will never serve it; a refused token or a full house says nothing of the claim. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof BridgeCallError) || error.status === undefined || error.retryable) return false;
  return error.status < 500 && error.status !== 401;
}
