type Options = { readonly code?: string; readonly cause?: unknown };

/** A fault with a stable code that a person can look up. Thrown as it is, it is retried by the job's policy. */
export class JobError extends Error {
  override readonly name: string = 'JobError';
  readonly code: string;
  constructor(message: string, options: Options = {}) {
    super(message, { cause: options.cause });
    this.code = options.code ?? 'job_error';
  }
}

/** No attempt can cure this: the job fails now, whatever attempts are left. */
export class NonRetryable extends JobError {
  override readonly name: string = 'NonRetryable';
}

/** Try again after this many seconds; counts as an attempt. */
export class RetryAfter extends JobError {
  override readonly name = 'RetryAfter';
  readonly seconds: number;
  constructor(seconds: number, message: string, options: Options = {}) {
    super(message, options);
    this.seconds = seconds;
  }
}

/** Not now: the job goes back, after a delay if one is given, and no attempt is burnt. */
export class Release extends JobError {
  override readonly name: string = 'Release';
  readonly delaySeconds: number;
  constructor(message: string, delaySeconds = 0, code = 'released') {
    super(message, { code });
    this.delaySeconds = delaySeconds;
  }
}

const BUSY_SECONDS = 5;

/** Somebody else has the lock. Not caught, it gives the job back for a few seconds, and no attempt is burnt. */
export class LockBusy extends Release {
  override readonly name = 'LockBusy';
  constructor(key: string) {
    super(`expected the lock ${key} to be free, somebody else has it`, BUSY_SECONDS, 'lock_busy');
  }
}

/** The lock went to somebody else, or may have, while its work was under way. */
export class LockLost extends JobError {
  override readonly name = 'LockLost';
  constructor(key: string, why: string) {
    super(`the lock ${key} was lost: ${why}`, { code: 'lock_lost' });
  }
}

/** A program that the job needs is not installed here; no other attempt on this machine would find it. */
export class ToolUnavailable extends NonRetryable {
  override readonly name = 'ToolUnavailable';
  constructor(message: string, options: Options = {}) {
    super(message, { code: 'tool_unavailable', ...options });
  }
}

/** The input is at fault, and the message says how in words for the person who sent it. */
export class BadInput extends NonRetryable {
  override readonly name = 'BadInput';
  constructor(
    code: 'damaged_input' | 'unsupported_input' | 'wrong_content_type' | 'too_large',
    message: string,
    cause?: unknown,
  ) {
    super(message, { code, cause });
  }
}
