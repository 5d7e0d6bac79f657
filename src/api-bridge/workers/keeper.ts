import type { Logger } from '../../process/logger.ts';
import type { Service } from '../../process/lifecycle.ts';
import { sleep } from '../../process/sleep.ts';
import type { WorkerRegistry } from './registry.ts';

type KeeperDeps = {
  readonly registry: WorkerRegistry;
  readonly offlineSeconds: number;
  /** Answers the parked claims of a worker that shall take no more. */
  dismiss(workerId: string): void;
  readonly log: Logger;
};

const FLUSH_MS = 1_000;
const REAP_EVERY = 5;

/** Writes heartbeats about once a second and marks silent workers offline. Starts with grace: after a restart everybody was silent. */
export function createWorkerKeeper({ registry, offlineSeconds, dismiss, log }: KeeperDeps): Service {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function keep(): Promise<void> {
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      await sleep(FLUSH_MS * (0.9 + 0.2 * Math.random()), stopping.signal);
      try {
        for (const id of await registry.flush()) dismiss(id);
        if (round % REAP_EVERY !== 0) continue;
        for (const workerId of await registry.reap(offlineSeconds)) log.warn({ workerId }, 'a worker is offline');
      } catch (error) {
        log.debug({ err: error }, 'heartbeats could not be written; the next ones will be');
      }
    }
  }

  return {
    name: 'worker-keeper',
    async start() {
      loop ??= keep();
    },
    async stop() {
      stopping.abort();
      await loop;
      await registry.flush().catch(() => undefined);
    },
  };
}
