import type { AttemptRef } from '../auth/principal.ts';

export type Lease = {
  readonly ref: AttemptRef;
  confirmed: boolean;
  /** Monotonic ms. An unconfirmed lease goes back after this. */
  confirmByMs: number;
  /** Monotonic ms of the last sign of life. */
  aliveAtMs: number;
};

/** Names one claim of one job. */
export function leaseKey(ref: Pick<AttemptRef, 'jobId' | 'retryCount'>): string {
  return `${ref.jobId}/${String(ref.retryCount)}`;
}

export type LeaseBook = ReturnType<typeof createLeaseBook>;

/**
 * The leases that this process granted or heard of, in memory. It is where to look for lapsed ones, never the judge:
 * before anything is taken from a worker, PostgreSQL is asked.
 */
export function createLeaseBook(confirmMs: number, now: () => number = () => performance.now()) {
  const leases = new Map<string, Lease>();

  return {
    /** Just claimed: must be confirmed by a heartbeat or a settle. Claimed again by replay: the time starts anew. */
    granted(ref: AttemptRef): void {
      leases.set(leaseKey(ref), { ref, confirmed: false, confirmByMs: now() + confirmMs, aliveAtMs: now() });
    },
    /** A heartbeat was accepted; the lease may come from another replica or from before a restart. */
    renewed(ref: AttemptRef): void {
      leases.set(leaseKey(ref), { ref, confirmed: true, confirmByMs: 0, aliveAtMs: now() });
    },
    /** Found active in the database at start, or taken over: one whole lease of grace. */
    adopted(ref: AttemptRef, confirmed: boolean, graceMs: number): void {
      const known = leases.get(leaseKey(ref));
      if (known === undefined) {
        leases.set(leaseKey(ref), { ref, confirmed, confirmByMs: now() + graceMs, aliveAtMs: now() });
      }
    },
    /** Silent as far as PostgreSQL knows; the next sweep looks again and decides. */
    suspected(ref: AttemptRef): void {
      if (!leases.has(leaseKey(ref)))
        leases.set(leaseKey(ref), { ref, confirmed: true, confirmByMs: 0, aliveAtMs: -Infinity });
    },
    drop(ref: Pick<AttemptRef, 'jobId' | 'retryCount'>): void {
      leases.delete(leaseKey(ref));
    },
    find(ref: Pick<AttemptRef, 'jobId' | 'retryCount'>): Lease | undefined {
      return leases.get(leaseKey(ref));
    },
    ofJob(jobId: string): AttemptRef | undefined {
      for (const lease of leases.values()) if (lease.ref.jobId === jobId) return lease.ref;
      return undefined;
    },
    ofWorker(workerId: string): AttemptRef[] {
      return [...leases.values()].filter((lease) => lease.ref.workerId === workerId).map((lease) => lease.ref);
    },
    unconfirmed(): AttemptRef[] {
      return [...leases.values()]
        .filter((lease) => !lease.confirmed && lease.confirmByMs <= now())
        .map((lease) => lease.ref);
    },
    silentFor(ms: number): AttemptRef[] {
      return [...leases.values()]
        .filter((lease) => lease.confirmed && lease.aliveAtMs + ms <= now())
        .map((lease) => lease.ref);
    },
    /** After an outage nobody could be heard: everybody gets a whole lease again. */
    forgiveAll(): AttemptRef[] {
      for (const lease of leases.values()) {
        lease.aliveAtMs = now();
        if (!lease.confirmed) lease.confirmByMs = now() + confirmMs;
      }
      return [...leases.values()].map((lease) => lease.ref);
    },
    size: () => leases.size,
  };
}
