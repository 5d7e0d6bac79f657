import { hostname } from 'node:os';
import { PROTOCOL_VERSIONS } from '../contract/limits.ts';
import { registerWorker } from '../contract/routes/workers.ts';
import type { Intervals } from '../contract/worker.ts';
import { backoffMs, CALM_BACKOFF } from '../process/backoff.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { withCallDeadline } from '../process/call-deadline.ts';
import type { Logger } from '../process/logger.ts';
import { sleep } from '../process/sleep.ts';
import { VERSION } from '../process/version.ts';

/** The bridge will not have this worker as it is configured; waiting cures nothing. */
export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused';
}

export type Registration = {
  /**
   * Registers, waiting with backoff for as long as the bridge does not answer. Callers at the same time share one
   * registration. Resolves early, unregistered, when the signal aborts; throws RegistrationRefused.
   */
  register(): Promise<void>;
  /** The rhythm that the bridge set; the protocol's defaults before it did. */
  intervals(): Intervals;
  registered(): boolean;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly queues: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly random: () => number;
};

const CALL_TIMEOUT_MS = 5_000;
const DEFAULT_INTERVALS: Intervals = { heartbeatSeconds: 4, claimWaitSeconds: 25, confirmSeconds: 5, leaseSeconds: 12 };
/** How often a bridge that stays away is logged: the 1st, 2nd, 4th, 8th… try. */
const isPowerOfTwo = (tries: number) => (tries & (tries - 1)) === 0;

export function createRegistration(deps: Deps): Registration {
  const { log, signal } = deps;
  let intervals = DEFAULT_INTERVALS;
  let registered = false;
  let underWay: Promise<void> | undefined;

  async function untilRegistered(): Promise<void> {
    const givenUp = () => signal.aborted;
    for (let tries = 1; !givenUp(); tries += 1) {
      try {
        intervals = await once();
        registered = true;
        log.info(
          { intervals, queues: deps.queues.length, concurrency: deps.concurrency },
          'registered with the bridge',
        );
        return;
      } catch (error) {
        if (givenUp()) return;
        if (isFinal(error)) throw new RegistrationRefused(`the bridge refused this worker: ${describe(error)}`);
        if (isPowerOfTwo(tries))
          log.warn({ tries, reason: describe(error) }, 'the bridge does not take this worker yet');
        await sleep(backoffMs(CALM_BACKOFF, tries, deps.random), signal);
      }
    }
  }

  async function once(): Promise<Intervals> {
    const { data } = await withCallDeadline(CALL_TIMEOUT_MS, signal, (callSignal) =>
      deps.client.call(registerWorker, {
        body: {
          id: deps.workerId,
          hostname: hostname().slice(0, 255),
          pid: process.pid,
          version: VERSION,
          protocol: PROTOCOL_VERSIONS[PROTOCOL_VERSIONS.length - 1] ?? 1,
          queues: [...deps.queues],
          labels: { ...deps.labels },
          concurrency: deps.concurrency,
        },
        signal: callSignal,
      }),
    );
    return data.intervals;
  }

  return {
    register: () =>
      (underWay ??= untilRegistered().finally(() => {
        underWay = undefined;
      })),
    intervals: () => intervals,
    registered: () => registered,
  };
}

/**
 * 409 and 422 speak of what this worker says of itself. A refused token is waited out instead: the bridge may be
 * starting with another secret, and a fleet that gave up would have to be started again by hand.
 */
function isFinal(error: unknown): boolean {
  return error instanceof BridgeCallError && (error.status === 409 || error.status === 422 || error.status === 400);
}

function describe(error: unknown): string {
  if (!(error instanceof BridgeCallError)) return error instanceof Error ? error.message : String(error);
  return [`${error.code}: ${error.message}`, ...error.errors.map(({ path, message }) => `${path}: ${message}`)].join(
    '; ',
  );
}
