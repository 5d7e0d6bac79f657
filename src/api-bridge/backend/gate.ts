export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets at most `width` pieces of work run at once; the others wait in order. It keeps a burst from turning into
 * thousands of callers that give up waiting for a database connection.
 */
export function createGate(width: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < width) {
      running += 1;
      return;
    }
    // Whoever leaves hands its place on, so `running` does not change.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
