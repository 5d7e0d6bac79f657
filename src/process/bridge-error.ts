import type { FieldError } from '../contract/error.ts';

type Facts = {
  readonly status?: number | undefined;
  readonly code: string;
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
};

/**
 * A call to the bridge that did not succeed. `status` is absent when no answer came: then nobody knows whether the
 * server did it (`outcomeUnknown`), and only a request that is safe to repeat may be repeated.
 */
export class BridgeCallError extends Error {
  override readonly name: string = 'BridgeCallError';
  readonly status: number | undefined;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, facts: Facts) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.errors = facts.errors ?? [];
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }

  get outcomeUnknown(): boolean {
    return this.status === undefined;
  }

  /** Whether the same request may succeed later: no answer, 408, 429, 500, 502, 503 or 504. */
  get retryable(): boolean {
    return this.status === undefined || RETRYABLE_STATUSES.has(this.status);
  }
}

/** The seed system's list. */
export const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
