export type ParkedSignals = {
  /** Resolves true as soon as the worker has something to hear, false when the time is up or `gone` aborts. */
  park(workerId: string, waitMs: number, gone: AbortSignal): Promise<boolean>;
  wake(workerId: string): void;
  /** Answers everybody with nothing, because this process ends. */
  dismissAll(): void;
};

/** How long a signal is kept for a worker that is just between two questions. */
const KEPT_MS = 30_000;
const KEPT_MOST = 10_000;

/**
 * The workers that wait to be told to look. A signal carries nothing: what it is about stands in the answer to the
 * heartbeat that it provokes, so that one too many does no harm, and one too few costs the rest of an interval.
 */
export function createParkedSignals(now: () => number = () => performance.now()): ParkedSignals {
  const parked = new Map<string, (woken: boolean) => void>();
  const kept = new Map<string, number>();

  function keep(workerId: string): void {
    if (kept.size >= KEPT_MOST) {
      for (const [id, atMs] of kept) if (now() - atMs > KEPT_MS || kept.size >= KEPT_MOST) kept.delete(id);
    }
    kept.set(workerId, now());
  }

  function takeKept(workerId: string): boolean {
    const atMs = kept.get(workerId);
    kept.delete(workerId);
    return atMs !== undefined && now() - atMs <= KEPT_MS;
  }

  return {
    park(workerId, waitMs, gone) {
      // A worker asks once at a time; an older question is one that it no longer waits for.
      parked.get(workerId)?.(false);
      if (takeKept(workerId)) return Promise.resolve(true);
      if (waitMs <= 0 || gone.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const answer = (woken: boolean) => {
          clearTimeout(timer);
          gone.removeEventListener('abort', leave);
          if (parked.get(workerId) === answer) parked.delete(workerId);
          resolve(woken);
        };
        const leave = () => answer(false);
        const timer = setTimeout(leave, waitMs);
        gone.addEventListener('abort', leave, { once: true });
        parked.set(workerId, answer);
      });
    },
    wake(workerId) {
      const answer = parked.get(workerId);
      if (answer === undefined) keep(workerId);
      else answer(true);
    },
    dismissAll() {
      for (const answer of [...parked.values()]) answer(false);
    },
  };
}
