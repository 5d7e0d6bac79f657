// The bridge, as a worker sees it: a short-lived token and one function that calls a route.
import { createHmac } from 'node:crypto';
import { api, id, secret } from './env.ts';

function token(): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { type: 'worker', sub: id, iss: 'powernode-platform', aud: 'powernode-api', iat, exp: iat + 300 };
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.${createHmac('sha256', secret).update(parts.join('.')).digest('base64url')}`;
}

/** One try. Status 0: no definite answer, so the same thing may be sent again. */
export async function call(method: string, path: string, body?: object, seconds = 10, given?: AbortSignal) {
  try {
    const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' };
    const signal = AbortSignal.any([AbortSignal.timeout(seconds * 1000), ...(given ? [given] : [])]);
    const init = { method, headers, body: body ? JSON.stringify(body) : null, signal };
    const answer = await fetch(`${api}/api/v1${path}`, init);
    const text = await answer.text();
    const isDefinite = answer.status < 500 && answer.status !== 429;
    return { status: isDefinite ? answer.status : 0, data: text && JSON.parse(text).data };
  } catch {
    return { status: 0, data: undefined };
  }
}
