import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { errorBody } from '../contract/error.ts';
import type { RouteDefinition } from '../contract/routes/define-route.ts';
import { BridgeCallError } from './bridge-error.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { TokenSource } from './service-token.ts';

export type CallInput<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> = (Params extends z.ZodUndefined ? { readonly params?: undefined } : { readonly params: z.input<Params> }) &
  (Query extends z.ZodUndefined ? { readonly query?: undefined } : { readonly query?: z.input<Query> }) &
  (Body extends z.ZodUndefined ? { readonly body?: undefined } : { readonly body?: z.input<Body> }) & {
    readonly signal?: AbortSignal;
    readonly timeoutMs?: number;
    /** Speaks for someone else than the client's own identity, e.g. an attempt token or a person's session. */
    readonly token?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };

export type Answer<Data> = { readonly status: number; readonly data: Data };

export type BridgeClientOptions = {
  /** Up to and without /api/v1. */
  readonly baseUrl: string;
  readonly token?: (() => Promise<string>) & Partial<Pick<TokenSource, 'refusedAt'>>;
  readonly userAgent: string;
  readonly timeoutMs?: number;
  readonly connections?: number;
};

export type BridgeClient = {
  /** One call, one try. Resolves with the unwrapped `data`; throws BridgeCallError for everything else. */
  call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, D extends z.ZodType>(
    route: RouteDefinition<P, Q, B, D>,
    input: CallInput<P, Q, B>,
  ): Promise<Answer<z.infer<D>>>;
  /** A call whose body or answer is bytes; the answer is given raw and must be consumed. Error answers are thrown. */
  raw(method: Dispatcher.HttpMethod, path: string, options: RawOptions): Promise<Dispatcher.ResponseData>;
  /** The same client over the same connections, with more headers on every call. */
  with(headers: Readonly<Record<string, string>>): BridgeClient;
  close(): Promise<void>;
};

export type RawOptions = {
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Dispatcher.DispatchOptions['body'];
  readonly query?: Readonly<Record<string, string>>;
  /** How long the answer's head, and then each pause in its body, may take. */
  readonly idleTimeoutMs?: number;
};

/**
 * A typed client of the route table over one pool of kept-alive connections. It never retries, because callers know what is
 * safe; but for a token that was refused for a wrong clock, with which nothing can have been done.
 */
export function createBridgeClient(options: BridgeClientOptions): BridgeClient {
  const agent = new Agent({
    connections: options.connections ?? 64,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
  });
  const origin = options.baseUrl.replace(/\/+$/, '');
  const ownToken = options.token;

  async function send(
    method: Dispatcher.HttpMethod,
    path: string,
    raw: RawOptions & { timeoutMs?: number },
  ): Promise<Dispatcher.ResponseData> {
    const response = await sendOnce(method, path, raw);
    if (response.statusCode !== 401 || raw.token !== undefined) return response;
    const serverMs = Date.parse(String(response.headers.date));
    const again = ownToken?.refusedAt?.(serverMs) === true && (raw.body === undefined || typeof raw.body === 'string');
    if (!again) return response;
    await response.body.dump();
    return await sendOnce(method, path, raw);
  }

  async function sendOnce(
    method: Dispatcher.HttpMethod,
    path: string,
    raw: RawOptions & { timeoutMs?: number },
  ): Promise<Dispatcher.ResponseData> {
    const token = raw.token ?? (await ownToken?.());
    const idleTimeoutMs = raw.idleTimeoutMs ?? raw.timeoutMs ?? options.timeoutMs ?? 30_000;
    try {
      return await request(`${origin}/api/v1${path}`, {
        method,
        dispatcher: agent,
        headers: {
          accept: 'application/json',
          'user-agent': options.userAgent,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...raw.headers,
        },
        headersTimeout: idleTimeoutMs,
        bodyTimeout: idleTimeoutMs,
        ...(raw.body === undefined ? {} : { body: raw.body }),
        ...(raw.query === undefined ? {} : { query: raw.query }),
        ...(raw.signal === undefined ? {} : { signal: raw.signal }),
      });
    } catch (error) {
      throw transportError(error, method, path);
    }
  }

  const clientWith = (more: Readonly<Record<string, string>>): BridgeClient => ({
    async call(route, input) {
      const path = fillPath(route.path, input.params);
      const response = await send(METHODS[route.method], path, {
        ...(input.token === undefined ? {} : { token: input.token }),
        ...(input.signal === undefined ? {} : { signal: input.signal }),
        ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }),
        headers: {
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more,
          ...input.headers,
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        ...(input.query === undefined ? {} : { query: textQuery(input.query) }),
      });
      const text = await readText(response, route.method, path);
      if (response.statusCode >= 400) throw answeredError(response, text);
      const data = response.statusCode === 204 || text === '' ? undefined : unwrap(text, response.statusCode);
      return { status: response.statusCode, data: trusted(data) };
    },
    async raw(method, path, rawOptions) {
      const response = await send(method, path, { ...rawOptions, headers: { ...more, ...rawOptions.headers } });
      if (response.statusCode < 400) return response;
      throw answeredError(response, await readText(response, method, path));
    },
    with: (headers) => clientWith({ ...more, ...headers }),
    close: () => agent.close(),
  });
  return clientWith({});
}

const METHODS = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

/** The bridge is the one that validates; checking its answers a second time would cost every claim. */
function trusted<Data>(data: unknown): Data {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- this is the parse boundary, see above
  return data as Data;
}

/** Fills `{name}` parts of a route's path; every value is encoded, so that it stays within its own segment. */
export function fillPath(path: string, params: unknown): string {
  const values = new Map<string, unknown>(entriesOf(params));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (typeof value !== 'string')
      throw new TypeError(`expected a text for path parameter ${name}, got ${typeof value}`);
    return encodeURIComponent(value);
  });
}

function textQuery(query: unknown): Record<string, string> {
  const entries = entriesOf(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

async function readText(response: Dispatcher.ResponseData, method: string, path: string): Promise<string> {
  try {
    return await response.body.text();
  } catch (error) {
    throw transportError(error, method, path);
  }
}

const envelope = z.object({ success: z.literal(true), data: z.unknown() });

function unwrap(text: string, status: number): unknown {
  const parsed = envelope.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.data;
  throw new BridgeCallError(`expected the envelope in an answer ${String(status)}, got something else`, {
    status: 502,
    code: 'bad_answer',
  });
}

function answeredError(response: Dispatcher.ResponseData, text: string): BridgeCallError {
  const status = response.statusCode;
  const askedSeconds = retryAfterSeconds(response.headers['retry-after']);
  const parsed = errorBody.safeParse(parseJson(text));
  if (!parsed.success)
    return new BridgeCallError(`the bridge answered ${String(status)}`, {
      status,
      code: 'bad_answer',
      retryAfterSeconds: askedSeconds,
    });
  return new BridgeCallError(parsed.data.error, {
    status,
    code: parsed.data.code,
    errors: parsed.data.errors,
    retryAfterSeconds: askedSeconds,
  });
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function transportError(error: unknown, method: string, path: string): BridgeCallError {
  const aborted = error instanceof Error && error.name === 'AbortError';
  const reason = error instanceof Error ? error.message : String(error);
  return new BridgeCallError(`${method} ${path}: ${reason}`, { code: aborted ? 'aborted' : 'no_answer', cause: error });
}
