import { expect } from 'vitest';
import { mint, type TokenType } from './token.ts';

export type Answer = { status: number; headers: Headers; text: string; body: any; data: any };
export type Ask = {
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
  /** Sent in chunks, without a length. */
  stream?: ReadableStream;
  /** Sent as multipart/form-data. */
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};
export type Caller = {
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
};

/** Whoever holds this bearer token; undefined sends none. Every answer below /api/v1 is checked for its envelope. */
export function callerOf(url: string, bearer: string | undefined): Caller {
  async function ask(method: string, path: string, options: Ask = {}): Promise<Answer> {
    const json = options.body === undefined ? undefined : JSON.stringify(options.body);
    const body = options.form ?? options.stream ?? options.raw ?? json;
    const response = await fetch(path.startsWith('http') ? path : `${url}/api/v1${path}`, {
      method,
      headers: {
        ...(typeof body === 'string' || options.stream ? { 'content-type': 'application/json' } : {}),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
      signal: options.signal ?? AbortSignal.timeout(45_000),
    });
    return read(response, `${method} ${path}`);
  }
  return {
    ask,
    get: (path) => ask('GET', path),
    post: (path, body, headers) =>
      ask('POST', path, { ...(body === undefined ? {} : { body }), headers: headers ?? {} }),
    put: (path, body) => ask('PUT', path, { body }),
    patch: (path, body) => ask('PATCH', path, { body }),
    delete: (path) => ask('DELETE', path),
  };
}

/** A caller with a fresh service token. */
export function callerAs(api: { url: string; secret: string }, type: TokenType, sub: string, claims = {}): Caller {
  return callerOf(api.url, mint(api.secret, type, sub, claims));
}

async function read(response: Response, what: string): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body = isJson && text !== '' ? JSON.parse(text) : undefined;
  expect(response.status, `${what} answered ${text}`).toBeLessThan(500);
  if (response.status === 204) expect(text, `${what}: a 204 has no body`).toBe('');
  return { status: response.status, headers: response.headers, text, body, data: body?.data };
}

/** Fails unless the answer is the documented failure envelope; gives it back for more questions. */
export function expectRefusal(answer: Answer, status: number, code?: string): Answer {
  expect(answer.status, `expected ${status}, got ${answer.status}: ${answer.text.slice(0, 400)}`).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body).toMatchObject({ success: false, error: expect.any(String), code: expect.any(String) });
  expect(answer.body.code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
  expect(answer.body.error.length).toBeGreaterThan(0);
  for (const fault of answer.body.errors ?? []) {
    expect(fault).toEqual({ path: expect.any(String), message: expect.any(String) });
  }
  if (code !== undefined) expect(answer.body.code).toBe(code);
  return answer;
}

/** Fails unless the answer is a success envelope with this status; gives back its `data`. */
export function expectData(answer: Answer, status: number): any {
  expect(answer.status, `expected ${status}, got ${answer.status}: ${answer.text.slice(0, 400)}`).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body.success).toBe(true);
  expect(answer.body).toHaveProperty('data');
  return answer.data;
}

/** The paths of the faults in a 422. */
export function faultPaths(answer: Answer): string[] {
  return (answer.body.errors ?? []).map((fault: { path: string }) => fault.path);
}
