import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import type { Claimed } from '../claimed-row.ts';
import type { JobEnvelope } from '../envelope.ts';
import { createCapabilities, type Capability } from './capability.ts';
import { holdClaimed, type Held, type HoldKind, type HoldReason } from './hold.ts';
import { createKnownHolds } from './known-holds.ts';
import { lookAhead } from './look-ahead.ts';
import { announceHolds } from './notice.ts';
import { tidyHolds } from './tidy-holds.ts';
import { closeOffer, openOffer, type Offer } from './offer-held.ts';

export type GuardDeps = {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  /** The channel on which replicas are told that the holds changed. */
  readonly channel: string;
  /** A queue may have something to claim again. */
  notify(queue: string): void;
  readonly log: Logger;
};

export type Guards = ReturnType<typeof createGuards>;

/**
 * What stands between a fetched job and its worker. A job that may not run now is put back in the transaction that
 * fetched it and stands aside, blocked, until its reason is gone; nothing polls for it, and no attempt is burnt.
 */
export function createGuards({ pool, catalogue, channel, notify, log }: GuardDeps) {
  const capabilityOf = createCapabilities(catalogue);
  const known = createKnownHolds();
  const demandsLabels = catalogue.jobs.some(({ labels }) => labels !== undefined);
  const looking = new Set<string>();

  function judge({ envelope }: Claimed, queue: string, capability: Capability): HoldReason | undefined {
    return capability.barred.has(envelope.name) ? unable(envelope, queue) : undefined;
  }

  /** What is known to wait waits; a judgement without a worker, for jobs that nobody has fetched yet. */
  function judgeAhead(envelope: JobEnvelope, queue: string): HoldReason | undefined {
    return known.labelledIn(queue)?.has(envelope.name) === true ? unable(envelope, queue) : undefined;
  }

  function stillHolds(kind: HoldKind, key: string): boolean {
    return kind !== 'labels' || catalogue.find(key)?.labels !== undefined;
  }

  async function refresh(): Promise<void> {
    await known.refresh(pool);
    for (const queue of known.labelledQueues()) notify(queue);
  }

  async function clearAhead(queue: string): Promise<void> {
    if (looking.has(queue)) return;
    looking.add(queue);
    try {
      await lookAhead(pool, queue, (envelope) => judgeAhead(envelope, queue));
    } catch (error) {
      log.debug({ err: error, queue }, 'held jobs could not be set aside in bulk; they are met one by one');
    } finally {
      looking.delete(queue);
    }
  }

  return {
    capabilityOf,
    /** Whether a round may have to put a job back, for which it needs a transaction. */
    mayHold: () => demandsLabels || known.size() > 0,
    async offer(client: Queryable, queue: string, capability: Capability, wanted: number): Promise<Offer | undefined> {
      const names = [...(known.labelledIn(queue) ?? [])].filter((name) => !capability.barred.has(name));
      return names.length === 0 ? undefined : await openOffer(client, queue, names, wanted);
    },
    closeOffer,
    judge,
    /** Sets fetched jobs aside in the transaction that fetched them. */
    async hold(client: Queryable, held: readonly Held[]): Promise<void> {
      await holdClaimed(client, held);
      await announceHolds(client, channel);
    },
    /** The transaction is committed: look for more of the kind, and let those look who may run what now stands aside. */
    afterHold(held: readonly Held[]): void {
      known.add(held.map(({ reason }) => reason));
      for (const queue of new Set(held.map(({ claimed }) => claimed.ref.queue)))
        void clearAhead(queue).then(() => notify(queue));
    },
    /** Queues with jobs that only some workers may run; to a fetch they look empty. */
    labelledQueues: known.labelledQueues,
    /** Reads what is held anew. */
    refresh,
    async beat(): Promise<void> {
      // Filled by the guards that count.
    },
    async tidy(): Promise<void> {
      await tidyHolds(pool, channel, stillHolds);
      await refresh();
    },
  };
}

function unable({ name }: JobEnvelope, queue: string): HoldReason {
  return { kind: 'labels', key: name, queue, name };
}
