const API_ERROR_SECONDS = [30, 60, 180] as const;
const LATER_SECONDS = 300;

/**
 * How long to wait after an attempt (from 1) that failed because of the API: 30, 60, 180, then 300 s, and never less
 * than the API asked for. Every other delay is computed by the API, which knows the job's policy.
 */
export function apiErrorDelaySeconds(attempt: number, retryAfterSeconds = 0): number {
  return Math.max(API_ERROR_SECONDS[attempt - 1] ?? LATER_SECONDS, retryAfterSeconds);
}
