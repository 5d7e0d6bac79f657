import { JobError } from '../errors.ts';

/**
 * Runs `stop` at the first abort of `signal` or after `deadlineMs`, whichever comes first, and gives a function that
 * tells the reason (undefined while neither came) beside the one that ends the watch.
 */
export function watchDeadline(
  what: string,
  deadlineMs: number,
  signal: AbortSignal,
  stop: () => void,
): { reason(): unknown; done(): void } {
  let reason: unknown;
  const end = (why: unknown) => {
    if (reason !== undefined) return;
    reason = why;
    stop();
  };
  const onAbort = () => end(signal.reason ?? new Error('aborted'));
  const timer = setTimeout(() => end(timedOut(what, deadlineMs)), deadlineMs);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    reason: () => reason,
    done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Time is a matter of load as well as of the file, so this one is retried. */
export function timedOut(what: string, deadlineMs: number): JobError {
  return new JobError(`${what} did not finish within ${deadlineMs / 1000} s`, { code: 'tool_timeout' });
}
