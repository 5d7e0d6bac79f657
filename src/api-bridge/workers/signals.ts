import type { Logger } from '../../process/logger.ts';
import type { AttemptRef } from '../auth/principal.ts';
import { createListener, type Listener } from '../db/listener.ts';
import type { Pool } from '../db/pool.ts';
import { createParkedSignals, type ParkedSignals } from './parked-signals.ts';
import { readSignal, sendSignal, SIGNAL_CHANNEL } from './signal-channel.ts';

export type SignalDeps = {
  readonly databaseUrl: string;
  readonly pool: Pool;
  /** Who runs a job, as far as this process knows. */
  holder(jobId: string): AttemptRef | undefined;
  /** What this process remembers of a worker may be old. */
  forget(workerId: string): void;
  readonly log: Logger;
};

export type WorkerSignals = Pick<ParkedSignals, 'park' | 'dismissAll'> & { readonly listener: Listener };

/**
 * Wakes workers that have something to hear, over all replicas. A signal that names a job reaches the replica that
 * heard of its lease, which says whose it is; the worker may be parked at yet another one.
 */
export function createWorkerSignals({ databaseUrl, pool, holder, forget, log }: SignalDeps): WorkerSignals {
  const parked = createParkedSignals();

  function hear(payload: string): void {
    const signal = readSignal(payload);
    if (signal === undefined) return;
    if ('workerId' in signal) {
      forget(signal.workerId);
      parked.wake(signal.workerId);
      return;
    }
    const workerId = holder(signal.jobId)?.workerId;
    if (workerId === undefined) return;
    sendSignal(pool, { workerId }).catch((error: unknown) => {
      log.debug({ err: error }, 'a worker could not be woken: it hears at its next heartbeat');
    });
  }

  const listener = createListener(
    // What was sent while the connection was broken is heard at the next heartbeat.
    { url: databaseUrl, channel: SIGNAL_CHANNEL, onNotify: hear, onReconnect: () => undefined },
    log,
  );
  return { park: parked.park, dismissAll: parked.dismissAll, listener };
}
