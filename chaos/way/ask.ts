import { Agent, request } from 'undici';
import { createTokenSource, type ServiceTokenType } from '../../src/process/service-token.ts';
import { SECRET } from '../stage/replica.ts';

/** `unknown`: no definite answer; the same call may be sent again. */
export type Answered = {
  readonly ending: 'ok' | 'failed' | 'unknown';
  readonly status: number;
  readonly data: any;
  readonly code?: string;
};
export type AskOptions = {
  readonly body?: unknown;
  readonly token?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
};
export type Ask = (method: 'GET' | 'POST' | 'DELETE', path: string, options?: AskOptions) => Promise<Answered>;

/** A client that never lies about what it does not know. */
export function createAsk(url: string, type: ServiceTokenType, sub: string): Ask {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 10_000 });
  const ownToken = createTokenSource(SECRET, { type, sub });

  return async (method, path, { body, token, key, signal, timeoutMs = 8_000 } = {}) => {
    try {
      const answer = await request(`${url}/api/v1${path}`, {
        method,
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${token ?? (await ownToken())}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await answer.body.text();
      const { statusCode: status } = answer;
      const read = text === '' ? undefined : JSON.parse(text);
      if (status === 401 && token === undefined && ownToken.refusedAt(Date.parse(String(answer.headers.date))))
        return { ending: 'unknown', status, data: undefined };
      if (status === 429 || status >= 500) return { ending: 'unknown', status, data: undefined };
      return status < 400
        ? { ending: 'ok', status, data: read?.data }
        : { ending: 'failed', status, data: undefined, code: read?.code };
    } catch {
      return { ending: 'unknown', status: 0, data: undefined };
    }
  };
}
