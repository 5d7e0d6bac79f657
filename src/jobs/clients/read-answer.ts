import { z } from 'zod';
import { retryAfterSeconds } from '../../process/retry-after.ts';
import { ApiError } from './api-error.ts';
import { messageOf, type Dialect, type Fault } from './dialect.ts';
import type { HttpAnswer, NoAnswer } from './http-pool.ts';

/** What a call gives: `data` is out of its envelope. */
export type PlatformAnswer = { readonly status: number; readonly data: unknown; readonly bytes: number };

const envelope = z.looseObject({ success: z.boolean() });
const withCode = z.looseObject({ code: z.string().min(1).max(100) });
const KEPT_CHARACTERS = 2_000;

/** Takes the envelope off, once and for everybody. A blank body is an empty object, JSON without an envelope is itself. */
export function answerOf(
  { status, text, bytes }: HttpAnswer,
  repeats: number,
  expects: 'json' | 'anything' = 'json',
): PlatformAnswer {
  if (text.trim() === '') return { status, bytes, data: {} };
  const body = parseJson(text);
  if (body === undefined) {
    if (expects === 'anything') return { status, bytes, data: undefined };
    const facts = {
      status: 502,
      code: 'bad_answer',
      responseBody: text.slice(0, KEPT_CHARACTERS),
      answered: true,
      repeats,
    };
    throw new ApiError(`expected JSON in an answer ${status}, got something else`, facts);
  }
  const wrapped = envelope.safeParse(body);
  if (!wrapped.success) return { status, bytes, data: body };
  const { success, ...rest } = wrapped.data;
  if (success) return { status, bytes, data: 'data' in rest ? rest['data'] : rest };
  throw new ApiError(messageOf(body) ?? 'the backend answered that it failed', {
    status,
    code: withCode.safeParse(body).data?.code ?? 'backend_refused',
    responseBody: body,
    answered: true,
    repeats,
  });
}

/** The seed's classification of an answer that is no success. */
export function errorOfAnswer({ status, text, headers }: HttpAnswer, dialect: Dialect, repeats: number): ApiError {
  const body = parseJson(text) ?? text.slice(0, KEPT_CHARACTERS);
  return new ApiError(dialect.wordsForStatus(status, body), {
    status,
    code: withCode.safeParse(body).data?.code ?? codeOf(status),
    responseBody: body,
    retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
    answered: true,
    repeats,
  });
}

/** Where no answer came: 408 for a time-out, 503 for a lost or refused connection, no status for anything else. */
export function errorOfFault(failed: NoAnswer, dialect: Dialect, call: string, repeats: number): ApiError {
  return new ApiError(dialect.wordsForFault(failed.fault, `${call}: ${failed.message}`), {
    status: FAULT_STATUS[failed.fault],
    code: FAULT_CODES[failed.fault],
    answered: false,
    repeats,
    cause: failed,
  });
}

/** What a caller expects of the data; an answer of another shape is the backend's fault, and says which field. */
export function expectShape<Schema extends z.ZodType>(schema: Schema, data: unknown, call: string): z.infer<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`);
  throw new ApiError(`${call}: ${faults.join('; ')}`, {
    status: 502,
    code: 'bad_answer',
    responseBody: data,
    answered: true,
  });
}

const FAULT_STATUS: Readonly<Record<Fault, number | undefined>> = {
  timeout: 408,
  unreached: 503,
  cut: 503,
  aborted: undefined,
  other: undefined,
};
const FAULT_CODES: Readonly<Record<Fault, string>> = {
  timeout: 'timeout',
  unreached: 'no_answer',
  cut: 'no_answer',
  aborted: 'aborted',
  other: 'no_answer',
};
const STATUS_CODES: ReadonlyMap<number, string> = new Map([
  [400, 'bad_request'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [408, 'timeout'],
  [422, 'validation_failed'],
  [429, 'too_many_requests'],
]);

function codeOf(status: number): string {
  return STATUS_CODES.get(status) ?? (status >= 500 ? 'backend_error' : 'unexpected_response');
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
