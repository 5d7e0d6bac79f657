import type { ErrorCode, FieldError } from '../../contract/error.ts';

/** The codes of contract/error.ts that an enqueue may be refused with; they mean here what they mean on the wire. */
export type RefusalCode = Extract<
  ErrorCode,
  'validation_failed' | 'unknown_queue' | 'body_too_large' | 'conflict' | 'bad_request'
>;

/**
 * The job was not enqueued. Faults of the payload and the options are found before any SQL is sent, so that the
 * caller's transaction is still usable when this is thrown for one of them.
 */
export class EnqueueRefused extends Error {
  override readonly name = 'EnqueueRefused';
  readonly code: RefusalCode;
  /** The fields at fault, as the bridge names them: `payload.width`, `priority`. */
  readonly errors: readonly FieldError[];

  constructor(code: RefusalCode, message: string, options: { errors?: readonly FieldError[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
  }
}

/** One field at fault, or several; the first is told in the message. */
export function refuseFields(code: RefusalCode, errors: readonly FieldError[]): EnqueueRefused {
  const first = errors[0];
  return new EnqueueRefused(code, first === undefined ? 'expected another shape' : `${first.path}: ${first.message}`, {
    errors,
  });
}
