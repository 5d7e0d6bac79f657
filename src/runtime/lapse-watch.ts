import type { Logger } from '../process/logger.ts';
import type { LeaseTable } from './lease-table.ts';

export type LapseWatch = {
  /** Arms the watch for the lease that would lapse first; called whenever a lease is taken or renewed. */
  rearm(): void;
  stop(): void;
};

type Deps = {
  readonly leases: LeaseTable;
  readonly leaseSeconds: () => number;
  readonly log: Logger;
  readonly now: () => number;
};

/**
 * Interrupts work whose lease was not renewed for a whole lease: from then on the bridge may have given the job to
 * somebody else. The time counts from when the last accepted renewal was sent, because that is the earliest moment
 * at which the bridge can have started the lease anew. A run that is over is left alone: its settle is answered for.
 */
export function createLapseWatch({ leases, leaseSeconds, log, now }: Deps): LapseWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const watched = () => leases.all().filter((held) => held.phase !== 'settling' && !held.signal.aborted);

  function rearm(): void {
    clearTimeout(timer);
    if (stopped) return;
    const earliestMs = watched().reduce((least, held) => Math.min(least, held.renewedAtMs), Infinity);
    if (earliestMs === Infinity) return;
    timer = setTimeout(check, Math.max(1, earliestMs + leaseSeconds() * 1000 - now()));
  }

  function check(): void {
    const lapsedMs = now() - leaseSeconds() * 1000;
    for (const held of watched()) {
      if (held.renewedAtMs > lapsedMs) continue;
      log.warn(
        { job: held.job.id, attempt: held.job.attempt },
        'no renewal landed for a whole lease: the work is dropped',
      );
      held.interrupt('lapsed');
    }
    rearm();
  }

  return {
    rearm,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
