import { ERROR_CODES, type ErrorCode, type FieldError } from '../../contract/error.ts';

type Extras = {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/** An answer that is not success, thrown from anywhere below a route. The table in contract/error.ts gives its status. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, extras: Extras = {}) {
    super(message, { cause: extras.cause });
    this.code = code;
    this.errors = extras.errors;
    const retryAfter: Record<string, string> =
      extras.retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(extras.retryAfterSeconds)) };
    this.headers = { ...retryAfter, ...extras.headers };
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** A fault of one field, 422. */
export function fieldFault(path: string, message: string): BridgeError {
  return new BridgeError('validation_failed', `${path}: ${message}`, { errors: [{ path, message }] });
}
