import type { Middleware } from './compose.ts';

/** The longest delay that a timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Aborts the run when it takes longer than its job may. The clock starts when the handler does: time spent in line
 * is not the job's. That the executor stops waiting for a handler which ignores the abort is the executor's part.
 */
export const enforceTimeout: Middleware = async (run, next) => {
  const { timeoutSeconds } = run.held.job;
  const timer = setTimeout(
    () => run.held.interrupt('timeout', `expected the job to end within ${timeoutSeconds} s, it did not`),
    Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS),
  );
  try {
    return await next(run);
  } finally {
    clearTimeout(timer);
  }
};
