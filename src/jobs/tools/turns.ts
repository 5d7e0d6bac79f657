import { abortable } from './abortable.ts';

/** Lets one caller at a time through, in the order in which they came. */
export type Turns = {
  /** Runs `work` when all before it are done. Leaves the line at the abort, and rejects with its reason. */
  take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
};

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(signal, work) {
      const before = last;
      const done = Promise.withResolvers<undefined>();
      last = before.then(() => done.promise);
      try {
        await abortable(before, signal);
        return await work();
      } finally {
        done.resolve(undefined);
      }
    },
  };
}
