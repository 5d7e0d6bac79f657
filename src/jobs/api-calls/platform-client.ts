import { z } from 'zod';
import { createBridgeClient } from '../../process/bridge-client.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { createTokenSource } from '../../process/service-token.ts';
import type { TokenKey } from '../../process/signing-key.ts';
import { VERSION } from '../../process/version.ts';

export type PlatformCall = {
  readonly method: 'GET' | 'POST';
  /** Below /api/v1, with a leading slash. */
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** What the backend said: `answer` is its JSON, out of the envelope when it came in one. */
export type PlatformAnswer = { readonly status: number; readonly bytes: number; readonly answer?: unknown };

export type PlatformClient = {
  /** One call, one try. Throws BridgeCallError, also for an envelope that says `success: false` under a status 200. */
  call(call: PlatformCall): Promise<PlatformAnswer>;
  close(): Promise<void>;
};

export type PlatformOptions = {
  /** Up to and without /api/v1. */
  readonly baseUrl: string;
  readonly tokenKey: TokenKey;
  /** Who asks, in the service token. */
  readonly workerId: string;
};

/** An answer is a report, not a download; what is longer is read to its end and counted only. */
const ANSWER_BYTES = 64 * 1024;
const IDLE_TIMEOUT_MS = 120_000;

/** The backend application, which owns the routes that API-call jobs trigger; it knows us by a service token of type worker. */
export function createPlatformClient({ baseUrl, tokenKey, workerId }: PlatformOptions): PlatformClient {
  const client = createBridgeClient({
    baseUrl,
    token: createTokenSource(tokenKey, { type: 'worker', sub: workerId }),
    userAgent: `PowernodeWorker/${VERSION}`,
  });
  return {
    async call({ method, path, fields, headers, signal }) {
      const sends = method === 'POST';
      const response = await client.raw(method, path, {
        signal,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        headers: { ...headers, ...(sends ? { 'content-type': 'application/json' } : {}) },
        ...(sends ? { body: JSON.stringify(fields) } : { query: textOf(fields) }),
      });
      const { text, bytes } = await readBounded(response.body, `${method} ${path}`);
      return { status: response.statusCode, bytes, ...answerOf(text, response.statusCode) };
    },
    close: () => client.close(),
  };
}

function textOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

async function readBounded(
  body: AsyncIterable<Uint8Array>,
  call: string,
): Promise<{ text: string | undefined; bytes: number }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes <= ANSWER_BYTES) chunks.push(chunk);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeCallError(`${call}: the answer broke off: ${reason}`, { code: 'no_answer', cause: error });
  }
  return { text: bytes > ANSWER_BYTES ? undefined : Buffer.concat(chunks).toString('utf8'), bytes };
}

const envelope = z
  .object({ success: z.boolean(), data: z.unknown(), error: z.unknown() })
  .partial({ data: true, error: true });

function answerOf(text: string | undefined, status: number): { answer?: unknown } {
  if (text === undefined) return {};
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return {};
  }
  const wrapped = envelope.safeParse(answer);
  if (!wrapped.success) return { answer };
  if (wrapped.data.success) return { answer: wrapped.data.data };
  const { error } = wrapped.data;
  const message = typeof error === 'string' ? error : `the backend answered ${status} and that it failed`;
  throw new BridgeCallError(message, { status: 502, code: 'backend_refused' });
}
