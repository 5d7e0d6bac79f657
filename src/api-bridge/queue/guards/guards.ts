import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { RunawayMode } from '../../../contract/catalogue/runaway.ts';
import type { HoldKind } from '../../../contract/hold.ts';
import type { Outcome } from '../../../contract/settlement.ts';
import type { Logger } from '../../../process/logger.ts';
import type { AttemptRef } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import type { Claimed } from '../claimed-row.ts';
import type { JobEnvelope } from '../envelope.ts';
import { forgetOldLineage } from '../lineage/lineage.ts';
import { createConcurrencyGuard } from './concurrency.ts';
import { createCapabilities, type Capability } from './capability.ts';
import { delayClaimed, holdClaimed, type HoldReason, type PutBack, type Verdict } from './hold.ts';
import { createKnownHolds } from './known-holds.ts';
import { lookAhead } from './look-ahead.ts';
import { announceHolds, type Notice } from './notice.ts';
import { closeOffer, openOffer, type Offer } from './offer-held.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { letAllGo } from './release-held.ts';
import { createRunawayGuard, fullKey } from './runaway.ts';
import { tidyHolds } from './tidy-holds.ts';

export type GuardDeps = {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  /** The channel on which replicas are told that the holds changed. */
  readonly channel: string;
  readonly runawayGuard: RunawayMode;
  /** A queue may have something to claim again. */
  notify(queue: string): void;
  readonly log: Logger;
};

export type Guards = ReturnType<typeof createGuards>;

/**
 * What stands between a fetched job and its worker. A job that may not run now is put back in the transaction that
 * fetched it and stands aside, blocked, until its reason is gone; nothing polls for it, and no attempt is burnt.
 */
export function createGuards({ pool, catalogue, channel, runawayGuard, notify, log }: GuardDeps) {
  const capabilityOf = createCapabilities(catalogue);
  const known = createKnownHolds();
  const runaway = createRunawayGuard({ pool, catalogue, channel, mode: runawayGuard });
  const demandsLabels = catalogue.jobs.some(({ labels }) => labels !== undefined);
  const looking = new Set<string>();

  function judge(claimed: Claimed, queue: string, capability: Capability): Verdict | undefined {
    const { name } = claimed.envelope;
    if (capability.barred.has(name)) return { reason: unable(name, queue) };
    const banned = bannedUntil(claimed.ref);
    return banned === undefined ? runaway.judge(claimed) : { reason: banned };
  }

  /** What is known to wait waits; a judgement without a worker, for jobs that nobody has fetched yet. */
  function judgeAhead(envelope: JobEnvelope, queue: string): HoldReason | undefined {
    const { name } = envelope;
    if (known.labelledIn(queue)?.has(name) === true) return unable(name, queue);
    const loopKey = runaway.keyOf(envelope);
    const banned = loopKey === undefined ? undefined : bannedUntil({ name, loopKey });
    return banned ?? concurrency.reasonAhead(envelope);
  }

  function bannedUntil(ref: Pick<AttemptRef, 'name' | 'loopKey'>): HoldReason | undefined {
    const ban = ref.loopKey === undefined ? undefined : known.find('runaway', fullKey(ref));
    return ban === undefined ? undefined : { ...ban, remembered: true };
  }

  function stillHolds(kind: HoldKind, key: string): boolean {
    return kind !== 'labels' || catalogue.find(key)?.labels !== undefined;
  }

  const refresh = oneAtATime(async () => {
    const gone = await known.refresh(pool);
    for (const { kind, key } of gone) if (kind === 'runaway') runaway.forget(key);
    for (const queue of known.labelledQueues()) notify(queue);
  });
  const concurrency = createConcurrencyGuard({
    pool,
    catalogue,
    known,
    channel,
    changed: () => announceHolds(pool, channel),
  });
  const hearOthers = oneAtATime(runaway.hearOthers);

  async function endBans(): Promise<void> {
    if (known.over().length === 0) return;
    const over = await pool.query<{ key: string }>(
      `SELECT key FROM worker_api.hold WHERE kind = 'runaway' AND until <= now()`,
    );
    for (const { key } of over.rows) await letAllGo(pool, { kind: 'runaway', key }, channel);
    await refresh();
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
    keyOf: runaway.keyOf,
    /** Whether a round may have to put a job back, for which it needs a transaction. */
    mayHold: () => demandsLabels || concurrency.isNeeded || known.size() > 0,
    async offer(client: Queryable, queue: string, capability: Capability, wanted: number): Promise<Offer | undefined> {
      const names = [...(known.labelledIn(queue) ?? [])].filter((name) => !capability.barred.has(name));
      return names.length === 0 ? undefined : await openOffer(client, queue, names, wanted);
    },
    closeOffer,
    judge,
    refuse: concurrency.refuse,
    /** Puts fetched jobs back in the transaction that fetched them. */
    async hold(client: Queryable, back: readonly PutBack[]): Promise<void> {
      const held = back.filter((each) => 'reason' in each);
      const delayed = back.filter((each) => 'delaySeconds' in each);
      if (delayed.length > 0) await delayClaimed(client, delayed);
      if (held.length === 0) return;
      await holdClaimed(client, held);
      await announceHolds(client, channel);
    },
    /** The transaction is committed: look for more of the kind, and let those look who may run what now stands aside. */
    afterHold(back: readonly PutBack[]): void {
      const held = back.filter((each) => 'reason' in each);
      const fresh = held.map(({ reason }) => reason).filter(({ remembered }) => remembered !== true);
      for (const { kind, key, detail } of fresh)
        if (kind === 'runaway') log.warn({ key, ...detail }, 'runaway_loop_detected: jobs of this key wait');
      known.add(fresh);
      for (const queue of new Set(held.map(({ claimed }) => claimed.ref.queue)))
        void clearAhead(queue)
          // A slot may have become free just before its jobs were set aside.
          .then(() => concurrency.free(keysOf(fresh, 'concurrency')))
          .catch((error: unknown) => log.debug({ err: error }, 'slots are freed at the next beat'))
          .then(() => notify(queue));
    },
    /** Queues with jobs that only some workers may run; to a fetch they look empty. */
    labelledQueues: known.labelledQueues,
    /** An attempt was settled and accepted. */
    ended(ref: AttemptRef, outcome: Outcome): void {
      runaway.ended(ref, outcome);
      concurrency.ended(ref).catch((error: unknown) => log.debug({ err: error }, 'a slot is freed at the next beat'));
    },
    /** Ends a ban by hand: its jobs are back at once, and counting starts anew. Undefined when there is none. */
    async lift(key: string): Promise<number | undefined> {
      const lifted = await pool.query(`DELETE FROM worker_api.hold WHERE kind = 'runaway' AND key = $1`, [key]);
      if (lifted.rowCount === 0) return undefined;
      await runaway.forgetEverywhere(key);
      await refresh();
      runaway.forget(key);
      await announceHolds(pool, channel);
      return await letAllGo(pool, { kind: 'runaway', key }, channel);
    },
    /** Learns what the tables and the other replicas know. */
    async start(): Promise<void> {
      await refresh();
      await hearOthers();
    },
    async hear(notice: Notice): Promise<void> {
      await (notice === 'holds' ? refresh() : hearOthers());
    },
    async beat(): Promise<void> {
      await runaway.share();
      await endBans();
      await concurrency.beat();
    },
    async tidy(): Promise<void> {
      await concurrency.tidy();
      await forgetOldLineage(pool);
      await tidyHolds(pool, channel, stillHolds);
      await refresh();
    },
  };
}

function unable(name: string, queue: string): HoldReason {
  return { kind: 'labels', key: name, queue, name };
}

function keysOf(reasons: readonly HoldReason[], kind: HoldKind): ReadonlySet<string> {
  return new Set(reasons.filter((reason) => reason.kind === kind).map(({ key }) => key));
}
