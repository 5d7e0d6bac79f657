import type { Handler } from '../../examples/typescript-worker/worker.ts';

/** The three jobs that a worker under test must know. */
export const handlers: Record<string, Handler> = {
  'conformance.complete': async () => ({ done: true }),
  'conformance.fail': async () => {
    throw new Error('on purpose');
  },
  'conformance.hold': ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
};
