import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { Failure } from '../../contract/settlement.ts';

/** After an API error the seed waits by attempt: 30, 60, 180 s, and 300 s from then on. */
const API_ERROR_SECONDS = [30, 60, 180] as const;
const API_ERROR_LATER_SECONDS = 300;
const API_ERROR_NAMES: ReadonlySet<string> = new Set(['BridgeCallError', 'ApiError']);

/**
 * Seconds before the next attempt when the worker did not choose; `undefined` when there shall be none. `attempt` is
 * the one that failed, from 1. After any other error: attempt⁴ + 15 + rand(0…29) × (attempt + 1).
 */
export function retryDelaySeconds(
  policy: JobDeclaration['retry'],
  attempt: number,
  error: Failure,
  random: () => number = Math.random,
): number | undefined {
  if (policy.kind === 'none') return undefined;
  if (error.name !== undefined && API_ERROR_NAMES.has(error.name)) {
    return API_ERROR_SECONDS[attempt - 1] ?? API_ERROR_LATER_SECONDS;
  }
  return attempt ** 4 + 15 + Math.floor(random() * 30) * (attempt + 1);
}
