import { interruptionOf } from '../interruption.ts';
import type { Middleware } from './compose.ts';

/** One line when a handler starts and one when it has really ended, whatever became of its result meanwhile. */
export function logAttempt(now: () => number): Middleware {
  return async (run, next) => {
    const { log } = run;
    const startedMs = now();
    log.info('attempt started');
    try {
      const output = await next(run);
      log.info({ durationMs: Math.round(now() - startedMs) }, 'attempt ended');
      return output;
    } catch (error) {
      const durationMs = Math.round(now() - startedMs);
      const interruption = interruptionOf(run.held.signal);
      if (interruption !== undefined) log.warn({ durationMs, reason: interruption.kind }, 'attempt interrupted');
      else log.warn({ durationMs, err: error }, 'attempt threw');
      throw error;
    }
  };
}
