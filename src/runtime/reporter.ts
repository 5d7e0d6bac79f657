import { settleJobs } from '../contract/routes/workers.ts';
import type { Outcome, SettleResult } from '../contract/settlement.ts';
import { backoffMs, CALM_BACKOFF } from '../process/backoff.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep } from '../process/sleep.ts';
import type { HeldJob } from './held-job.ts';
import { faultOf, plainer, sized, takeBatch, type Sized } from './settle-batch.ts';

export type Reporter = {
  /** Resolves when the bridge has answered for this lease, or nobody can any more. Never rejects. */
  settle(held: HeldJob, outcome: Outcome): Promise<void>;
  /** Ends every retry; what is unanswered stays unanswered. */
  stop(): void;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly leaseSeconds: () => number;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** How long an outcome is kept although nobody answers. A bridge that comes back still takes it if nobody else ran the job. */
  readonly keepMs: number;
};

type Entry = Sized & {
  readonly held: HeldJob;
  readonly sinceMs: number;
  readonly tries: number;
  readonly plain: boolean;
  readonly done: () => void;
};

const CALLS_IN_FLIGHT = 2;
const CALL_TIMEOUT_MS = 10_000;
/** The longest Retry-After that is waited out; heartbeats keep the lease meanwhile. */
const LONGEST_ASKED_MS = 30_000;
/** A batch that was answered with 500 this often may carry one settlement that the bridge cannot stomach. */
const TRIES_BEFORE_SPLIT = 3;

/**
 * Tells the bridge how runs ended. A lone settle goes at once; those that arrive while calls are in flight share the
 * next one. Unknown is not failed: an unanswered settle is repeated, which is safe, because the lease pins the
 * attempt and the bridge answers a repeat with what it recorded. One settlement that the bridge refuses never holds
 * up the others of its batch: the batch is halved until the culprit stands alone.
 */
export function createReporter(deps: Deps): Reporter {
  const { log, now } = deps;
  const stopped = new AbortController();
  const line: Entry[] = [];
  let calls = 0;
  let flushing = false;

  function enqueue(entries: readonly Entry[]): void {
    line.push(...entries);
    if (flushing) return;
    flushing = true;
    // Not sooner than the end of this turn of the event loop: runs that end together are told together.
    setImmediate(() => {
      flushing = false;
      flush();
    });
  }

  function flush(): void {
    while (calls < CALLS_IN_FLIGHT && line.length > 0) {
      calls += 1;
      void deliver(takeBatch(line)).finally(() => {
        calls -= 1;
        flush();
      });
    }
  }

  async function deliver(batch: readonly Entry[]): Promise<void> {
    try {
      const results = await send(batch);
      batch.forEach((entry, index) => conclude(entry, results[index]));
    } catch (error) {
      await face(batch, error);
    }
  }

  async function send(batch: readonly Entry[]): Promise<readonly SettleResult[]> {
    const { data } = await withCallDeadline(CALL_TIMEOUT_MS, stopped.signal, (signal) =>
      deps.client.call(settleJobs, {
        params: { id: deps.workerId },
        body: { settlements: batch.map((entry) => entry.settlement) },
        signal,
      }),
    );
    const inOrder = batch.every((entry, index) => data.results[index]?.jobId === entry.settlement.jobId);
    if (inOrder) return data.results;
    throw new BridgeCallError('expected a verdict for each settlement in the order sent', { code: 'bad_answer' });
  }

  async function face(batch: readonly Entry[], error: unknown): Promise<void> {
    const fault = faultOf(error);
    const [first] = batch;
    if (first === undefined) return;
    const suspicious = fault === 'refused' || (isInternal(error) && first.tries >= TRIES_BEFORE_SPLIT);
    if (suspicious && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await deliver(batch.slice(0, middle));
      await deliver(batch.slice(middle));
    } else if (fault === 'refused') refuse(first, error);
    else void repeat(batch, error, fault === 'barred');
  }

  function refuse(entry: Entry, error: unknown): void {
    const refusal = describe(error);
    if (entry.plain) {
      giveUp(entry, `the bridge refused even the plainest form: ${refusal}`);
      return;
    }
    const { jobId, lease, outcome } = entry.settlement;
    log.error({ job: jobId, refusal }, 'the bridge refused an outcome: settling in plainer words');
    enqueue([{ ...entry, ...sized({ jobId, lease, outcome: plainer(outcome, refusal) }), plain: true }]);
  }

  async function repeat(batch: readonly Entry[], error: unknown, definite: boolean): Promise<void> {
    if (!stopped.signal.aborted)
      log.warn({ err: error, count: batch.length }, 'a settle was not taken: it is repeated');
    const tries = Math.max(...batch.map((entry) => entry.tries));
    const askedMs = error instanceof BridgeCallError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const ownMs = backoffMs(CALM_BACKOFF, tries, deps.random);
    await sleep(Math.max(ownMs, Math.min(askedMs, LONGEST_ASKED_MS)), stopped.signal);
    const kept = batch.filter((entry) => {
      const hopeless = isHopeless(entry, definite);
      if (hopeless) giveUp(entry, describe(error));
      return !hopeless;
    });
    enqueue(kept.map((entry) => ({ ...entry, tries: entry.tries + 1 })));
  }

  function isHopeless(entry: Entry, definite: boolean): boolean {
    if (stopped.signal.aborted) return true;
    const lapsed = now() - entry.held.renewedAtMs > deps.leaseSeconds() * 1000;
    return lapsed && (definite || now() - entry.sinceMs > deps.keepMs);
  }

  function conclude(entry: Entry, result: SettleResult | undefined): void {
    const { jobId, outcome } = entry.settlement;
    const fields = { job: jobId, outcome: outcome.type, verdict: result?.verdict, state: result?.state };
    if (result?.verdict === 'accepted' || result?.verdict === 'already-accepted') log.debug(fields, 'settled');
    else log.warn(fields, 'the attempt was no longer ours to settle');
    entry.done();
  }

  function giveUp(entry: Entry, why: string): void {
    const { jobId, outcome } = entry.settlement;
    log.error(
      { job: jobId, outcome: outcome.type, why },
      'an outcome could not be told: the job will be offered again',
    );
    entry.done();
  }

  return {
    settle: (held, outcome) =>
      new Promise((done) => {
        const settlement = { jobId: held.job.id, lease: held.job.lease, outcome };
        enqueue([{ ...sized(settlement), held, sinceMs: now(), tries: 1, plain: false, done }]);
      }),
    stop: () => stopped.abort(),
  };
}

function isInternal(error: unknown): boolean {
  return error instanceof BridgeCallError && error.status === 500;
}

function describe(error: unknown): string {
  if (!(error instanceof BridgeCallError)) return error instanceof Error ? error.message : String(error);
  return [error.message, ...error.errors.map(({ path, message }) => `${path}: ${message}`)].join('; ');
}
