import { z } from 'zod';

type CodeFacts = { readonly status: number; readonly retryable: boolean };

/**
 * Every error that the bridge may answer: code → HTTP status → whether the same request may succeed later.
 * Both ends read this one table; a code is never reused for another meaning.
 */
export const ERROR_CODES = {
  bad_json: { status: 400, retryable: false },
  bad_request: { status: 400, retryable: false },
  unauthorized: { status: 401, retryable: false },
  sign_in_refused: { status: 401, retryable: false },
  password_change_needed: { status: 403, retryable: false },
  forbidden: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  worker_unknown: { status: 404, retryable: false },
  conflict: { status: 409, retryable: false },
  superseded: { status: 409, retryable: false },
  not_cancellable: { status: 409, retryable: false },
  not_retryable: { status: 409, retryable: false },
  protocol_unsupported: { status: 409, retryable: false },
  gone: { status: 410, retryable: false },
  body_too_large: { status: 413, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  headers_too_large: { status: 431, retryable: false },
  range_not_satisfiable: { status: 416, retryable: false },
  validation_failed: { status: 422, retryable: false },
  unknown_queue: { status: 422, retryable: false },
  unknown_job: { status: 422, retryable: false },
  idempotency_key_reused: { status: 422, retryable: false },
  invalid_status: { status: 422, retryable: false },
  lineage_too_deep: { status: 422, retryable: false },
  too_many_children: { status: 422, retryable: false },
  spawning_too_fast: { status: 429, retryable: true },
  too_many_requests: { status: 429, retryable: true },
  internal: { status: 500, retryable: true },
  unavailable: { status: 503, retryable: true },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const fieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldError>;

/** The failure half of the envelope. Unknown codes pass, so that an old client survives a new server. */
export const errorBody = z.object({
  success: z.literal(false),
  error: z.string(),
  code: z.string(),
  errors: z.array(fieldError).optional(),
});
