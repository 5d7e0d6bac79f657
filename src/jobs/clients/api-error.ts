import { BridgeCallError } from '../../process/bridge-error.ts';

type Facts = {
  readonly status?: number | undefined;
  readonly code: string;
  /** What the backend answered: its JSON, or the beginning of its text. */
  readonly responseBody?: unknown;
  readonly retryAfterSeconds?: number | undefined;
  /** Whether the backend itself gave the status; 408 and 503 are given by us where no answer came. */
  readonly answered: boolean;
  readonly repeats?: number;
  readonly cause?: unknown;
};

/**
 * A call to the backend application that did not succeed. Thrown out of a job it is retried like every API error: after
 * 30, 60, 180, then 300 s, never sooner than Retry-After asks; behind an open circuit the job waits unburnt.
 */
export class ApiError extends BridgeCallError {
  override readonly name = 'ApiError';
  readonly responseBody: unknown;
  /** How often the transport has repeated the call already. */
  readonly repeats: number;
  readonly #answered: boolean;

  constructor(message: string, facts: Facts) {
    super(message, facts);
    this.responseBody = facts.responseBody;
    this.repeats = facts.repeats ?? 0;
    this.#answered = facts.answered;
  }

  override get outcomeUnknown(): boolean {
    return !this.#answered;
  }
}
