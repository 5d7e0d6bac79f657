import { RETRYABLE_STATUSES } from '../../process/bridge-error.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';
import { ApiError } from './api-error.ts';

export type ApiRetryOptions = {
  /** Tries in all, the first included. */
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
  readonly log?: Pick<Logger, 'warn' | 'error'>;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** An answer that asks for a longer pause is for the job's next attempt, not for a slot to sleep on. */
const LONGEST_ASKED_SECONDS = 30;

/**
 * `apiRetry({ maxAttempts: 3 })(() => backend.post(…))`: tries again 2 s after the first failure and 4 s after the second, or
 * when Retry-After says, for 408, 429, 500, 502, 503 and 504; never for 400, 401, 403, 404, 422, nor for what is no ApiError.
 * Put inside only what may be done twice.
 *
 * A failure belongs to one layer. What the transport has repeated already passes straight through, and so does an open
 * circuit: both layers together once made up to 12 calls out of one, against a backend that was down.
 */
export function apiRetry({ maxAttempts = 3, signal, log, sleep: wait = sleep }: ApiRetryOptions = {}) {
  return async function retried<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ApiError) || !mayHelp(error) || signal?.aborted === true) throw error;
        const facts = { attempt, maxAttempts, status: error.status, code: error.code };
        if (attempt >= maxAttempts) {
          log?.error(facts, `giving up on the API: ${error.message}`);
          throw error;
        }
        const delaySeconds = Math.max(2 ** attempt, error.retryAfterSeconds ?? 0);
        log?.warn({ ...facts, delaySeconds }, `the API failed, trying again: ${error.message}`);
        await wait(delaySeconds * 1000, signal);
        if (isAborted(signal)) throw error;
      }
    }
  };
}

function mayHelp({ status, code, repeats, retryAfterSeconds = 0 }: ApiError): boolean {
  if (status === undefined || !RETRYABLE_STATUSES.has(status)) return false;
  return repeats === 0 && code !== 'circuit_open' && retryAfterSeconds <= LONGEST_ASKED_SECONDS;
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
