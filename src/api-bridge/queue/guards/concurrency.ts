import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { AttemptRef } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import type { Claimed } from '../claimed-row.ts';
import type { JobEnvelope } from '../envelope.ts';
import { createFold } from '../fold.ts';
import { endSlots, freeSlots, keysWithRoom, sweepSlots, type AwaitedKey } from './free-slots.ts';
import type { Held, HoldReason } from './hold.ts';
import type { KnownHolds } from './known-holds.ts';
import { limitsKeys, slotTermsOf } from './slot-key.ts';
import { takeSlots } from './slots.ts';

export type ConcurrencyDeps = {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readonly known: KnownHolds;
  readonly channel: string;
  /** The reasons in the table have changed. */
  changed(): Promise<void>;
};

/** Never more jobs of one key at once than their definition says, over the whole fleet. */
export function createConcurrencyGuard({ pool, catalogue, known, channel, changed }: ConcurrencyDeps) {
  const isNeeded = limitsKeys(catalogue);

  function reasonFor(envelope: JobEnvelope): HoldReason | undefined {
    const terms = isNeeded ? slotTermsOf(catalogue, envelope) : undefined;
    if (terms === undefined) return undefined;
    return { kind: 'concurrency', key: terms.key, queue: '', name: envelope.name, detail: { limit: terms.limit } };
  }

  function awaited(keys?: ReadonlySet<string>): AwaitedKey[] {
    return known.ofKind('concurrency').flatMap(({ key, name }) => {
      const limit = catalogue.find(name)?.concurrency?.perKey?.limit;
      // What the definition does not limit any more waits for nothing.
      return keys === undefined || keys.has(key) ? [{ key, name, limit: limit ?? 1_000_000 }] : [];
    });
  }

  async function free(keys: ReadonlySet<string>): Promise<void> {
    const idle = await freeSlots(pool, awaited(keys), channel);
    if (idle.length > 0) await changed();
  }

  const ended = createFold<AttemptRef, true>({ inFlight: 1, largest: 500 }, async (refs) => {
    await free(new Set(await endSlots(pool, refs)));
    return refs.map(() => true as const);
  });

  return {
    isNeeded,
    /** Fetched jobs for which there is no slot. */
    async refuse(client: Queryable, claimed: readonly Claimed[]): Promise<Held[]> {
      if (!isNeeded) return [];
      const wishes = claimed.flatMap((each) => {
        const terms = slotTermsOf(catalogue, each.envelope);
        const { queue, jobId, retryCount } = each.ref;
        return terms === undefined ? [] : [{ ...terms, queue, jobId, retryCount, claimed: each }];
      });
      if (wishes.length === 0) return [];
      const refused = await takeSlots(client, wishes, (key) => known.find('concurrency', key) !== undefined);
      return refused.flatMap(({ claimed: each }) => {
        const reason = reasonFor(each.envelope);
        return reason === undefined ? [] : [{ claimed: each, reason }];
      });
    },
    /** A job that nobody has fetched yet, and of whose key others wait already. */
    reasonAhead(envelope: JobEnvelope): HoldReason | undefined {
      const reason = reasonFor(envelope);
      return reason !== undefined && known.find('concurrency', reason.key) !== undefined ? reason : undefined;
    },
    free,
    /** An attempt has ended: whoever waits for its slot goes next. */
    async ended(ref: AttemptRef): Promise<void> {
      const isLimited = isNeeded && catalogue.find(ref.name)?.concurrency?.perKey !== undefined;
      if (isLimited && known.ofKind('concurrency').length > 0) await ended(ref);
    },
    /** What ended without anybody telling, e.g. by the death of a worker. */
    async beat(): Promise<void> {
      const all = awaited();
      if (all.length === 0) return;
      const withRoom = await keysWithRoom(pool, all);
      if (withRoom.size > 0) await free(withRoom);
    },
    async tidy(): Promise<void> {
      if (isNeeded) await sweepSlots(pool);
    },
  };
}
