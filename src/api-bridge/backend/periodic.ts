import type { Service } from '../../process/lifecycle.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';

export type PeriodicOptions = {
  readonly name: string;
  readonly everyMs: number;
  /** One round. It may look at the signal to end early. What it throws is logged, and the next round comes all the same. */
  run(signal: AbortSignal): Promise<void>;
};

/**
 * Runs something again and again with a pause in between, so that rounds never overlap. The pause varies by a
 * quarter, so that replicas do not fall into step. `stop` waits for the round that runs.
 */
export function createPeriodic({ name, everyMs, run }: PeriodicOptions, log: Logger): Service {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function runForEver(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(everyMs * (0.75 + 0.5 * Math.random()), stopping.signal);
      if (isStopping()) return;
      try {
        await run(stopping.signal);
      } catch (error) {
        log.warn({ err: error, service: name }, 'a round failed; the next one tries again');
      }
    }
  }

  function isStopping(): boolean {
    return stopping.signal.aborted;
  }

  return {
    name,
    async start() {
      loop ??= runForEver();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
