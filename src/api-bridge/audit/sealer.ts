import type { Service } from '../../process/lifecycle.ts';
import type { Logger } from '../../process/logger.ts';
import { createPeriodic } from '../backend/periodic.ts';
import type { Pool } from '../db/pool.ts';
import { writeAnchor, type Head, type SealKey } from './seal-key.ts';
import { readNewest } from './verify-chain.ts';
import { walkChain, type Break } from './walk-chain.ts';

const EVERY_MS = 60_000;
const LOOK_MS = 5_000;

export type ChainState = {
  readonly sealed: { readonly id: number; readonly at: Date } | undefined;
  readonly broken: Break | undefined;
};

export type AuditSealer = Service & {
  /** Checks what was written since the last time, and signs its end when it is whole. */
  seal(): Promise<ChainState>;
  /** The same for somebody who looks: at most every few seconds, and never while a whole log is being read. */
  freshState(): Promise<ChainState>;
};

export type AuditSealerDeps = { readonly pool: Pool; readonly key: SealKey; readonly log: Logger };

/**
 * Once a minute: checks what the audit log gained and signs its end. What this process signed it remembers, so that
 * rewriting old entries together with their signatures is noticed too. Nothing is signed on top of a broken chain.
 */
export function createAuditSealer({ pool, key, log }: AuditSealerDeps): AuditSealer {
  let known: Head | undefined;
  let first: Promise<void> | undefined;
  let checkedAtMs = -Infinity;
  let isWarm = false;
  let state: ChainState = { sealed: undefined, broken: undefined };
  let running: Promise<ChainState> = Promise.resolve(state);

  async function start(): Promise<Head | undefined> {
    const latest = await readNewest(pool);
    return latest !== undefined && key.holds(latest, latest.signature) ? latest : undefined;
  }

  async function seal(): Promise<ChainState> {
    // One after the other: two would sign the same end, or the one that began first an older one last.
    running = running.then(sealNext, sealNext);
    return await running;
  }

  async function sealNext(): Promise<ChainState> {
    checkedAtMs = performance.now();
    const from = known ?? (await start());
    const kept = from === undefined || (await isThere(from));
    const { head, broken } = kept
      ? await walkChain(pool, { from, seal: key })
      : { head: undefined, broken: { id: from.id, why: 'it is gone or was changed after it was signed' } };
    if (broken !== undefined) {
      if (state.broken === undefined)
        log.error({ entry: broken.id, why: broken.why }, 'the audit log was tampered with');
      state = { ...state, broken };
      return state;
    }
    if (head !== undefined && head.id !== from?.id) {
      await pool.query(
        `INSERT INTO worker_api.audit_checkpoint (audit_id, hash, signature) VALUES ($1, decode($2, 'hex'), $3)
         ON CONFLICT DO NOTHING`,
        [head.id, head.hash, key.sign(head)],
      );
      // Where logs go, nobody who reaches the database can take it back.
      log.info({ anchor: writeAnchor(head) }, 'signed the audit log');
    }
    known = head ?? known;
    isWarm = true;
    state = { sealed: known === undefined ? undefined : { id: known.id, at: new Date() }, broken: undefined };
    return state;
  }

  async function isThere({ id, hash }: Head): Promise<boolean> {
    const found = await pool.query(`SELECT 1 FROM worker_api.audit WHERE id = $1 AND hash = decode($2, 'hex')`, [
      id,
      hash,
    ]);
    return found.rows.length === 1;
  }

  const round = async () => {
    await seal();
  };
  const periodic = createPeriodic({ name: 'audit seal', everyMs: EVERY_MS, run: round }, log);
  return {
    ...periodic,
    seal,
    async freshState() {
      return isWarm && performance.now() - checkedAtMs > LOOK_MS ? await seal() : state;
    },
    async start() {
      // At once, so that people are told from the first look on; a long log takes its time, and nothing waits for it.
      first = round().catch((error: unknown) => log.warn({ err: error }, 'the audit log could not be checked'));
      await periodic.start();
    },
    async stop() {
      await periodic.stop();
      await first;
    },
  };
}
