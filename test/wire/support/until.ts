/** Asks again until there is something to give back; an assertion that fails counts as nothing yet. */
export async function until<T>(
  what: string,
  withinMs: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`expected ${what} within ${withinMs} ms, got nothing`, { cause: last });
    }
    await pause(25);
  }
}

/** Only where time itself is the promise under test, or to let a request reach the server before it is cut. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
