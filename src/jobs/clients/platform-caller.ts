import { withCallDeadline } from '../../process/call-deadline.ts';
import type { CircuitBreaker } from '../../process/circuit-breaker.ts';
import { CircuitOpen } from '../../process/circuit-open.ts';
import { ApiError } from './api-error.ts';
import type { Dialect } from './dialect.ts';
import { NoAnswer, type HttpPool, type HttpRequest } from './http-pool.ts';
import { answerOf, errorOfAnswer, errorOfFault, type PlatformAnswer } from './read-answer.ts';
import { withTransportRetry } from './transport-retry.ts';

export type Fields = Readonly<Record<string, unknown>>;

export type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  /** For the call and its repeats together; API_TIMEOUT when absent. */
  readonly timeoutMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as Idempotency-Key: with it a POST or PATCH may be repeated, because the backend does it once. */
  readonly idempotencyKey?: string | undefined;
  /** `anything`: what is no JSON is no fault, and its data is undefined. */
  readonly expects?: 'json' | 'anything' | undefined;
  /** Another circuit than the client's own, e.g. that of workflow executions. */
  readonly circuit?: CircuitBreaker | undefined;
};

export type PlatformCall = (
  method: HttpRequest['method'],
  path: string,
  fields: Fields | undefined,
  options: CallOptions,
) => Promise<PlatformAnswer>;

export type CallerDeps = {
  readonly pool: HttpPool;
  /** Up to and without /api/v1. */
  readonly baseUrl: string;
  readonly token: () => Promise<string>;
  readonly dialect: Dialect;
  readonly circuit?: CircuitBreaker | undefined;
  readonly timeoutMs: number;
  readonly mostRepeats: number;
  readonly random?: () => number;
};

/** Doing them twice does what doing them once does. PATCH is not among them: it may add. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE']);

/**
 * One call to the backend as the seed's clients make it: bearer, JSON, query of GET and DELETE, the envelope taken off, and
 * every failure an ApiError. A call is repeated only where nobody can be harmed by it: when it is idempotent and the
 * backend was away for a moment, or when no connection was made at all.
 */
export function createPlatformCaller(deps: CallerDeps): PlatformCall {
  const { pool, token, dialect, mostRepeats, random = Math.random } = deps;
  const origin = deps.baseUrl.replace(/\/+$/, '');

  return async (method, path, fields, options) => {
    const place = `${origin}/api/v1/${checkedPath(path)}`;
    const inQuery = method === 'GET' || method === 'DELETE';
    const content = inQuery ? { query: textOf(fields) } : { body: JSON.stringify(fields ?? {}) };
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': dialect.userAgent,
      ...options.headers,
      ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
    };
    // Before the repeats: where the token has to be asked for, its own repeats must not be multiplied by these.
    const authorization = `Bearer ${await token()}`;
    const repeatable = IDEMPOTENT.has(method) || options.idempotencyKey !== undefined;

    async function attempt(signal: AbortSignal, repeats: number) {
      try {
        const answer = await pool.send({
          method,
          url: place,
          headers: { ...headers, authorization },
          ...content,
          signal,
        });
        if (answer.status >= 300) return { error: errorOfAnswer(answer, dialect, repeats) };
        return { answer: answerOf(answer, repeats, options.expects) };
      } catch (error) {
        if (error instanceof ApiError) return { error };
        if (error instanceof NoAnswer) return { error: errorOfFault(error, dialect, `${method} ${path}`, repeats) };
        throw error;
      }
    }

    function mayRepeat({ status, cause }: ApiError): boolean {
      if (cause instanceof NoAnswer) return cause.fault === 'unreached' || (cause.fault === 'cut' && repeatable);
      return repeatable && status !== undefined && dialect.repeatsStatus(status);
    }

    return await guarded(deps, options, (signal) =>
      withTransportRetry({ most: mostRepeats, signal, random, mayRepeat }, (repeats) => attempt(signal, repeats)),
    );
  };
}

/** Within its time and through its circuit. An open circuit is told as the backend would tell that it is away. */
async function guarded<T>(
  deps: CallerDeps,
  options: CallOptions,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const circuit = options.circuit ?? deps.circuit;
  const timeoutMs = options.timeoutMs ?? deps.timeoutMs;
  if (circuit === undefined) return await withCallDeadline(timeoutMs, options.signal, call);
  try {
    return await circuit.run(call, { timeoutMs, ...(options.signal === undefined ? {} : { signal: options.signal }) });
  } catch (error) {
    if (!(error instanceof CircuitOpen)) throw error;
    const { message, code, retryAfterSeconds } = error;
    const words = `The service is temporarily unavailable: ${message}`;
    throw new ApiError(words, { status: 503, code, retryAfterSeconds, answered: true, cause: error });
  }
}

/** Values that went into a path must not leave it: no dots that climb, no other host, no query of their own. */
function checkedPath(path: string): string {
  const plain = path.replace(/^\/+/, '');
  const climbs = plain.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment) || segment === '');
  if (climbs || /[?#\\\s\u0000-\u001f]|:\/\//.test(plain))
    throw new TypeError(`expected a path below /api/v1, got ${JSON.stringify(path.slice(0, 200))}`);
  return plain;
}

function textOf(fields: Fields = {}): Record<string, string> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
