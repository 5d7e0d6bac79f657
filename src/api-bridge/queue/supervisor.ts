import type { Service } from '../../process/lifecycle.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';
import type { Pool } from '../db/pool.ts';
import type { Boss } from './boss.ts';
import type { LeaseBook } from './lease-book.ts';
import { touchAll } from './touch.ts';

export type SupervisorDeps = {
  readonly pool: Pool;
  readonly boss: Boss;
  readonly book: LeaseBook;
  sweep(): Promise<void>;
  lookAgain(): Promise<void>;
  /** Looks for attempts that only a lost replica knew. */
  suspectSilent(): Promise<void>;
  readonly leaseMs: number;
  /** Takes over attempts that are active and that the book does not know; gives how many are active. */
  adopt(): Promise<number>;
  readonly log: Logger;
};

const SWEEP_MS = 250;
const FLOOR_MS = 1_000;
/** How often pg-boss's upkeep runs; it walks all rows, so that with a million of them it may take seconds. */
const ENGINE_MS = 15_000;
const ENGINE_LONGEST_MS = 300_000;
/** It gets this share of the time at most, or it would take from the claims what it is there to keep for them. */
const ENGINE_SHARE = 0.05;
/** A pause this long means that heartbeats could not be heard: PostgreSQL was away, or this process was stopped. */
const OUTAGE_MS = 3_000;

export type Supervisor = Service & {
  /** Look soon for attempts that nobody here knows of: a claim may have been lost on its way back to us. */
  lookForStrays(): void;
  /** Monotonic ms since PostgreSQL last answered the supervisor; what readiness asks. */
  silentMs(): number;
};

/**
 * The API's own pulse. Sweeps leases four times a second, looks for due jobs once a second and runs pg-boss's upkeep
 * every 15 s. After any outage every lease is forgiven and touched before the next sweep, so that nobody loses work
 * for a time in which nobody could be heard.
 */
export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const stopping = new AbortController();
  let lastGoodMs = performance.now();
  let healthySinceMs = performance.now();
  let strays = false;
  let lastFloorMs = 0;
  let lastEngineMs = performance.now();
  let engineEveryMs = ENGINE_MS;
  let loop: Promise<void> | undefined;
  let upkeep: Promise<void> = Promise.resolve();

  async function beat(): Promise<void> {
    const now = performance.now();
    if (now - lastGoodMs > OUTAGE_MS) {
      await touchAll(deps.boss, deps.pool, deps.book.forgiveAll());
      strays = true;
      lastEngineMs = now;
      healthySinceMs = now;
      deps.log.info(
        { outageMs: Math.round(now - lastGoodMs), leases: deps.book.size() },
        'back after an outage; every lease was extended',
      );
    }
    await deps.sweep();
    if (now - lastFloorMs >= FLOOR_MS) {
      lastFloorMs = now;
      await deps.pool.query('SELECT 1');
      await deps.lookAgain();
      if (strays) {
        await deps.adopt();
        strays = false;
      }
      // Not before everybody who lives has had a whole lease to be heard.
      if (now - healthySinceMs > deps.leaseMs) await deps.suspectSilent();
    }
    lastGoodMs = performance.now();
    if (now - lastEngineMs >= engineEveryMs) {
      lastEngineMs = now;
      upkeep = upkeep.then(runUpkeep);
    }
  }

  async function runUpkeep(): Promise<void> {
    const startedMs = performance.now();
    try {
      await deps.boss.supervise();
      await forgetOld(deps.pool);
      const tookMs = performance.now() - startedMs;
      engineEveryMs = Math.min(ENGINE_LONGEST_MS, Math.max(ENGINE_MS, tookMs / ENGINE_SHARE));
    } catch (error) {
      engineEveryMs = ENGINE_MS;
      deps.log.warn({ err: error }, 'the upkeep of the queue did not finish; it runs again in 15 s');
    }
  }

  async function beatForEver(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await beat();
      } catch (error) {
        deps.log.warn({ err: error }, 'the supervisor could not finish its pass');
        await sleep(500, stopping.signal);
      }
      await sleep(SWEEP_MS, stopping.signal);
    }
  }

  return {
    name: 'supervisor',
    async start() {
      lastGoodMs = performance.now();
      healthySinceMs = lastGoodMs;
      loop ??= beatForEver();
    },
    async stop() {
      stopping.abort();
      await loop;
      await upkeep;
    },
    lookForStrays: () => {
      strays = true;
    },
    silentMs: () => performance.now() - lastGoodMs,
  };
}

/** Claims are replayed within minutes; attempts are the history that people read, and the proof of what was accepted. */
const KEPT = [
  ['claim', 'claimed_at', '1 day'],
  ['attempt', 'settled_at', '14 days'],
] as const;
const FORGET_AT_ONCE = 5_000;

/** A batch of what is older than its keep; little at a time, so that nobody waits behind it. */
async function forgetOld(pool: Pool): Promise<void> {
  for (const [table, time, keep] of KEPT) {
    await pool.query(
      `DELETE FROM worker_api.${table} WHERE ctid = ANY (ARRAY (
         SELECT ctid FROM worker_api.${table} WHERE ${time} < now() - interval '${keep}' LIMIT ${String(FORGET_AT_ONCE)}))`,
    );
  }
}
