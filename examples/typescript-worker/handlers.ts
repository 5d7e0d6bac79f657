import type { Handler } from './worker.ts';

/** Your jobs: a name, and a function that takes the job and gives its output. Stop when `signal` aborts. */
export const handlers: Record<string, Handler> = {
  'examples.word-count': async ({ payload }) => ({ words: String(payload.text).split(/\s+/).filter(Boolean).length }),
};
