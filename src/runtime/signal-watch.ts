import { watchSignals } from '../contract/routes/workers.ts';
import { LIMITS } from '../contract/limits.ts';
import { backoffMs, CALM_BACKOFF } from '../process/backoff.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep } from '../process/sleep.ts';

export type SignalWatch = {
  start(): void;
  stop(): Promise<void>;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** There is something to hear: a cancelled job, or a directive. */
  readonly onSignal: () => void;
};

const ANSWER_MARGIN_MS = 10_000;
/** An empty answer that came sooner than this was no long poll. */
const PARKED_MS = 500;
/** A bridge of an older version does not have the route: its workers hear at their heartbeats. */
const UNKNOWN_ROUTE_MS = 60_000;

/**
 * Waits at the bridge to be told that a heartbeat would hear something, so that a cancelled job hears of it at once
 * and not at the next beat. Nothing depends on it: whatever is missed here, the next heartbeat hears.
 */
export function createSignalWatch({ client, workerId, log, now, random, onSignal }: Deps): SignalWatch {
  const stopped = new AbortController();
  const { signal } = stopped;
  let loop: Promise<void> = Promise.resolve();

  async function ask(): Promise<boolean> {
    const waitSeconds = LIMITS.claimWaitSeconds;
    const timeoutMs = waitSeconds * 1000 + ANSWER_MARGIN_MS;
    const { status } = await withCallDeadline(timeoutMs, signal, (callSignal) =>
      client.call(watchSignals, {
        params: { id: workerId },
        query: { waitSeconds },
        ...{ signal: callSignal, timeoutMs },
      }),
    );
    return status === 200;
  }

  async function run(): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const askedAtMs = now();
      try {
        if (await ask()) onSignal();
        failures = 0;
        if (now() - askedAtMs < PARKED_MS) await sleep(PARKED_MS / 10, signal);
      } catch (error) {
        failures += 1;
        log.debug({ err: error }, 'signals could not be waited for');
        await sleep(pauseMs(error, failures), signal);
      }
    }
  }

  function pauseMs(error: unknown, failures: number): number {
    const unknownRoute = error instanceof BridgeCallError && error.code === 'not_found';
    return unknownRoute ? UNKNOWN_ROUTE_MS : backoffMs(CALM_BACKOFF, failures, random);
  }

  return {
    start: () => void (loop = run()),
    async stop() {
      stopped.abort();
      await loop;
    },
  };
}
