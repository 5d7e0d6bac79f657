import { releaseLock, takeLock } from '../../contract/routes/attempt-plane.ts';
import { LockBusy, LockLost, NonRetryable, type JobLock } from '../../jobs/index.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';
import type { AttemptCalls } from './attempt-calls.ts';
import { assertName } from './names.ts';

type Deps = {
  readonly calls: AttemptCalls;
  readonly jobId: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly now?: () => number;
};

export const LOCK_SECONDS = 300;
const KEY_CHARACTERS = 255;
const ASK_AGAIN_MS = 500;
const RENEW_AGAIN_MS = 500;
const RELEASE_MS = 3_000;

/** Locks of one attempt. The API takes an attempt that asks twice for the same holder, so this keeps its parts apart. */
export function createLocks({ calls, jobId, signal, log, now = () => performance.now() }: Deps): JobLock {
  const mine = new Set<string>();

  /** Gives the time at which the lock was asked for by the call that took it. */
  async function take(key: string, ttlSeconds: number, waitSeconds: number): Promise<number> {
    const untilMs = now() + waitSeconds * 1000;
    for (;;) {
      const askedAtMs = now();
      if (!mine.has(key)) {
        mine.add(key);
        if (await ask(key, ttlSeconds)) return askedAtMs;
      }
      if (now() >= untilMs) throw new LockBusy(key);
      await sleep(Math.min(ASK_AGAIN_MS, Math.max(1, untilMs - now())), signal);
      signal.throwIfAborted();
    }
  }

  async function ask(key: string, ttlSeconds: number): Promise<boolean> {
    let acquired = false;
    try {
      const reply = await calls.call(takeLock, { params: { id: jobId, key }, body: { ttlSeconds } }, 'repeatable');
      acquired = reply.acquired;
      return acquired;
    } finally {
      if (!acquired) mine.delete(key);
    }
  }

  /** Renews a lock until `over` aborts; gives why it was lost when it was. */
  async function keep(key: string, ttlSeconds: number, takenAtMs: number, over: AbortSignal) {
    let renewedAtMs = takenAtMs;
    let pauseMs = (ttlSeconds * 1000) / 3;
    for (;;) {
      await sleep(pauseMs, over);
      if (over.aborted) return undefined;
      const sentAtMs = now();
      const leftMs = renewedAtMs + ttlSeconds * 1000 - sentAtMs;
      if (leftMs <= 0) return 'it could not be renewed in time';
      try {
        const input = { params: { id: jobId, key }, body: { ttlSeconds } };
        const { acquired } = await calls.tell(takeLock, input, leftMs, over);
        if (!acquired) return 'somebody else has it';
        renewedAtMs = sentAtMs;
        pauseMs = (ttlSeconds * 1000) / 3;
      } catch (error) {
        if (error instanceof BridgeCallError && !error.retryable) return error.message;
        pauseMs = Math.min(RENEW_AGAIN_MS, (ttlSeconds * 1000) / 10);
      }
    }
  }

  async function release(key: string): Promise<void> {
    try {
      await calls.tell(releaseLock, { params: { id: jobId, key } }, RELEASE_MS);
    } catch (error) {
      log.debug({ err: error, key }, 'a lock could not be given back: it ends with its time or with the attempt');
    } finally {
      mine.delete(key);
    }
  }

  return async (key, { ttlSeconds = LOCK_SECONDS, waitSeconds = 0 }, work) => {
    assertName('lock key', key, KEY_CHARACTERS);
    if (!(ttlSeconds >= 1 && ttlSeconds <= 86_400)) {
      throw new NonRetryable(`expected ttlSeconds 1 to 86400, got ${ttlSeconds}`, { code: 'invalid_lock' });
    }
    const takenAtMs = await take(key, ttlSeconds, waitSeconds);
    const over = new AbortController();
    const lost = new AbortController();
    const keeping = keep(key, ttlSeconds, takenAtMs, over.signal).then((why) => {
      if (why !== undefined) lost.abort(new LockLost(key, why));
    });
    try {
      const value = await work(AbortSignal.any([signal, lost.signal]));
      lost.signal.throwIfAborted();
      return value;
    } finally {
      over.abort();
      await keeping;
      await release(key);
    }
  };
}
