export type Wake = {
  /** Resolves at the next `call`, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  call(): void;
};

/** Lets one loop sleep until something it depends on has changed. */
export function createWake(): Wake {
  let waiters = new Set<() => void>();
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const done = () => {
          waiters.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiters.add(done);
        signal.addEventListener('abort', done, { once: true });
      }),
    call() {
      const woken = waiters;
      waiters = new Set();
      for (const done of woken) done();
    },
  };
}
