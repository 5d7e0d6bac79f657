import { createHash } from 'node:crypto';
import type { Logger } from '../../process/logger.ts';
import type { Service } from '../../process/lifecycle.ts';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { RunawayMode } from '../../contract/catalogue/runaway.ts';
import type { SettleResult } from '../../contract/settlement.ts';
import { queueWeight } from '../../contract/queues.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { createListener } from '../db/listener.ts';
import { adoptLeases, suspectSilentWorkers } from './adopt-leases.ts';
import { createBoss, QUEUE_SCHEMA } from './boss.ts';
import { claimRound } from './claim-round.ts';
import { replayClaim } from './claim-replay.ts';
import { cancelJob, cancelJobIn, retryJob, runJobNow } from './change-job.ts';
import { deleteJobs, moveJobs, prioritiseJobs } from './change-many.ts';
import { declareQueues, missingQueues } from './declare-queues.ts';
import { discardDeadLetters } from './dead-letters.ts';
import { createDispatcher } from './dispatcher.ts';
import { createEnqueuer } from './enqueue.ts';
import { createFairFetch } from './fair-turns.ts';
import { CREATE_GROUP_INDEX, GROUP_INDEX } from './fair-candidates.ts';
import { createGiver } from './give-back.ts';
import { createHotPool } from './hot-pool.ts';
import type { Labels } from './guards/capability.ts';
import { createGuards } from './guards/guards.ts';
import { createGuardKeeper } from './guards/keeper.ts';
import { readNotice } from './guards/notice.ts';
import type { JobHooks } from './hooks.ts';
import { createLeaseBook } from './lease-book.ts';
import { announcePause, createPausedQueues, isPauseNotice } from './paused-queues.ts';
import { purgeQueue } from './purge-queue.ts';
import { readReadyQueues } from './ready-queues.ts';
import { sweepLeases } from './reaper.ts';
import { createSettler, type Settling } from './settle.ts';
import { createSupervisor } from './supervisor.ts';
import { createToucher } from './touch.ts';
import { tuneTables } from './tune-tables.ts';
import type { ClaimAsk } from './waiter.ts';
import { createWeightedOrder } from './weighted-order.ts';

export type EngineOptions = {
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly hooks: JobHooks;
  readonly catalogue: Catalogue;
  readonly leaseSeconds: number;
  readonly confirmSeconds: number;
  readonly runawayGuard: RunawayMode;
  readonly log: Logger;
};

/** The channel on which pg-boss announces queues; not documented upstream, so a test holds it. */
export const NOTIFY_CHANNEL = `pgboss_${createHash('sha224').update(QUEUE_SCHEMA).digest('hex').slice(0, 24)}`;

export type Engine = ReturnType<typeof createEngine>;

/** The queue as the routes see it: claim, renew, settle, enqueue, change; and the services that keep it going. */
export function createEngine(options: EngineOptions) {
  const { pool, hooks, catalogue, log } = options;
  const leaseMs = options.leaseSeconds * 1000;
  const boss = createBoss(pool, { migrate: false }, log);
  const hot = createHotPool(options.databaseUrl, log);
  const book = createLeaseBook(options.confirmSeconds * 1000);
  const failing = { boss, pool, hooks, catalogue };
  const giveBack = createGiver(failing, book, log);
  const giveBackUnheard = createGiver(failing, book, log, { unlessConfirmed: true });

  const paused = createPausedQueues(pool);

  /** Parked claims hear of a queue that was resumed without waiting for the next look. */
  async function refreshPaused(): Promise<void> {
    for (const queue of await paused.refresh()) dispatcher.notify(queue);
  }

  const notify = (queue: string) => dispatcher.notify(queue);
  const guards = createGuards({
    pool,
    catalogue,
    channel: NOTIFY_CHANNEL,
    runawayGuard: options.runawayGuard,
    notify,
    log,
  });

  const fetchJobs = createFairFetch(boss);

  const dispatcher = createDispatcher({
    runRound: (round) => claimRound({ boss, pool: hot, hooks, fetchJobs, guards }, round),
    readReady: async (queues) => {
      const withHeld = guards.labelledQueues().filter((queue) => queues.includes(queue));
      return [...(await readReadyQueues(pool, queues)), ...withHeld];
    },
    replay: (name) => replayClaim(pool, name, guards.keyOf),
    granted: ({ ref }) => book.granted(ref),
    roundFailed: () => supervisor.lookForStrays(),
    giveBack: (jobs) => void giveBack(jobs.map((job) => job.ref)),
    inOrder: createWeightedOrder((queue) => queueWeight(queue) ?? 1),
    isPaused: paused.isPaused,
    log,
  });

  async function lookAgain(): Promise<void> {
    await refreshPaused();
    await dispatcher.lookAgain();
  }

  function hearNotice(payload: string): void {
    const notice = readNotice(payload);
    if (notice === undefined) dispatcher.notify(payload);
    else guards.hear(notice).catch((error: unknown) => log.debug({ err: error }, 'could not read what is held'));
  }

  const listener = createListener(
    {
      url: options.databaseUrl,
      channel: NOTIFY_CHANNEL,
      onNotify: (payload) => {
        if (isPauseNotice(payload))
          refreshPaused().catch((error: unknown) => log.debug({ err: error }, 'could not read the paused queues'));
        else hearNotice(payload);
      },
      onReconnect: () =>
        void lookAgain().catch((error: unknown) => log.debug({ err: error }, 'could not look at the queues')),
    },
    log,
  );

  const supervisor = createSupervisor({
    pool,
    boss,
    book,
    sweep: () => sweepLeases({ ...failing, book, leaseMs, giveBackUnheard, dismiss: dispatcher.dismiss, log }),
    lookAgain,
    suspectSilent: () => suspectSilentWorkers(pool, book, leaseMs),
    adopt: () => adoptLeases(pool, book, leaseMs),
    leaseMs,
    log,
  });

  const bossService: Service = {
    name: 'pg-boss',
    async start() {
      await boss.start();
      const missing = await missingQueues(boss);
      if (missing.length > 0) throw new Error(`the database lacks queues (${missing.join(', ')}): run migrate first`);
      await paused.refresh();
      const adopted = await adoptLeases(pool, book, leaseMs);
      if (adopted > 0) log.info({ leases: adopted }, 'took over attempts that were running');
    },
    async stop() {
      await boss.stop({ graceful: false, close: false });
      await hot.end();
    },
  };

  const settle = createSettler(failing, book, hot);
  const holder = (jobId: string): AttemptRef | undefined => book.ofJob(jobId);
  const changing = { ...failing, holder };

  return {
    services: [bossService, listener, supervisor, createGuardKeeper({ guards, log })] satisfies readonly Service[],
    book,
    claim: ({ labels, ...ask }: Omit<ClaimAsk, 'capability'> & { readonly labels: Labels }) =>
      dispatcher.claim({ ...ask, capability: guards.capabilityOf(labels) }),
    dismiss: dispatcher.dismiss,
    parked: dispatcher.parked,
    touch: createToucher(boss, hot),
    async settle(settling: Settling): Promise<SettleResult> {
      const result = await settle(settling);
      if (result.verdict === 'accepted') guards.ended(settling.ref, settling.outcome);
      return result;
    },
    liftBan: guards.lift,
    enqueue: createEnqueuer(boss, pool),
    giveBack,
    holder,
    /** After the caller's transaction every replica knows which queues are paused; this one, once `refreshPaused` is done. */
    announcePause: (client: Queryable) => announcePause(client, NOTIFY_CHANNEL),
    refreshPaused,
    cancel: (target: { queue: string; id: string }) => cancelJob(changing, target),
    cancelIn: (client: Queryable, target: { queue: string; id: string }) => cancelJobIn(changing, client, target),
    runNow: (target: { queue: string; id: string }) => runJobNow(changing, target),
    deleteMany: (queue: string, ids: readonly string[]) => deleteJobs(failing, queue, ids),
    moveMany: (from: string, to: string, ids: readonly string[]) => moveJobs(pool, from, to, ids),
    prioritiseMany: (queue: string, priority: number, ids: readonly string[]) =>
      prioritiseJobs(pool, queue, priority, ids),
    purge: (queue: string) => purgeQueue(failing, queue),
    retry: (target: { queue: string; id: string }, how?: { readonly startInSeconds?: number }) =>
      retryJob(changing, target, how),
    /** Takes failed jobs' copies out of the dead letters. */
    discard: (jobIds: readonly string[]) => discardDeadLetters({ boss, pool }, jobIds),
    isListening: listener.isListening,
    /** Monotonic ms since the queue was last known to work. */
    silentMs: supervisor.silentMs,
  };
}

/** Installs or upgrades the queue schema and declares every queue; a command of its own, the API never does it unasked. */
export async function migrateQueue(pool: Pool, log: Logger): Promise<void> {
  const boss = createBoss(pool, { migrate: true }, log);
  await boss.start();
  try {
    await declareQueues(boss);
    await tuneTables(pool);
    await createGroupIndex(pool);
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
}

/** Asked for first: even where it exists, creating it would wait for every transaction that writes. */
async function createGroupIndex(pool: Pool): Promise<void> {
  const found = await pool.query<{ exists: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS exists`, [
    `${QUEUE_SCHEMA}.${GROUP_INDEX}`,
  ]);
  if (found.rows[0]?.exists !== true) await pool.query(CREATE_GROUP_INDEX);
}
