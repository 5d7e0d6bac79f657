import { backoffMs, type BackoffPolicy } from '../process/backoff.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { sleep } from '../process/sleep.ts';

/** Four pauses of about 8 s together: an API that restarts is back by then, and no lease has lapsed meanwhile. */
const PAUSES: BackoffPolicy = { firstMs: 500, factor: 2, maxMs: 4_000, jitter: 0.25 };
const MOST_TRIES = 5;
const LONGEST_ASKED_MS = 5_000;

/**
 * Repeats a call to the API that may succeed later. `repeatable`: doing it twice does what doing it once does, so it
 * is repeated also when nobody knows whether it took effect; otherwise only when it surely did not.
 */
export async function withApiRetry<T>(
  kind: 'repeatable' | 'once',
  signal: AbortSignal,
  call: () => Promise<T>,
  random: () => number = Math.random,
): Promise<T> {
  const givenUp = () => signal.aborted;
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (givenUp() || tries === MOST_TRIES || !mayRepeat(error, kind)) throw error;
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      // An API that asks for a longer pause is asked again by the next attempt of the job.
      if (askedMs > LONGEST_ASKED_MS) throw error;
      await sleep(Math.max(askedMs, backoffMs(PAUSES, tries, random)), signal);
      if (givenUp()) throw error;
    }
  }
}

function mayRepeat(error: unknown, kind: 'repeatable' | 'once'): error is BridgeCallError {
  if (!(error instanceof BridgeCallError) || !error.retryable || error.code === 'aborted') return false;
  return kind === 'repeatable' || surelyNotDone(error);
}

/** No connection was made, or the API answered that it did not take the call. */
function surelyNotDone({ status, cause }: BridgeCallError): boolean {
  if (status !== undefined) return status === 429 || status === 503;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
