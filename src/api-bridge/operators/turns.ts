import { BridgeError } from '../http/bridge-error.ts';

export type Turns = { take<Result>(work: () => Promise<Result>): Promise<Result> };

/** Lets so many run at once and so many wait in line; whoever comes beyond is told to come back later (429). */
export function createTurns(limits: { readonly atOnce: number; readonly waiting: number }): Turns {
  const line: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < limits.atOnce) {
      running += 1;
      return;
    }
    if (line.length >= limits.waiting) {
      throw new BridgeError('too_many_requests', 'too many sign-ins are being checked at once', {
        retryAfterSeconds: 5,
      });
    }
    // Whoever leaves hands its place on, so `running` stays as it is.
    await new Promise<void>((resolve) => line.push(resolve));
  }

  function leave(): void {
    const next = line.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async take(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
