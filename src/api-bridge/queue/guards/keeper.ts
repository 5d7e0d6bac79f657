import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import { sleep } from '../../../process/sleep.ts';
import type { Guards } from './guards.ts';

type KeeperDeps = { readonly guards: Pick<Guards, 'start' | 'beat' | 'tidy'>; readonly log: Logger };

const BEAT_MS = 1_000;
/** How often the tables are read without anybody having told of a change. */
const TIDY_EVERY = 15;

/**
 * The guards' own pulse: shares what was counted, ends bans whose time is up, and now and then sees to it that nothing
 * stands aside for a reason that is gone. With nothing counted and nothing held a beat asks PostgreSQL nothing.
 */
export function createGuardKeeper({ guards, log }: KeeperDeps): Service {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function keep(): Promise<void> {
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      try {
        await guards.beat();
        if (round % TIDY_EVERY === 1) await guards.tidy();
      } catch (error) {
        log.debug({ err: error }, 'the guards could not finish their beat; the next one will');
      }
      await sleep(BEAT_MS * (0.9 + 0.2 * Math.random()), stopping.signal);
    }
  }

  return {
    name: 'guard-keeper',
    async start() {
      await guards.start();
      loop ??= keep();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
