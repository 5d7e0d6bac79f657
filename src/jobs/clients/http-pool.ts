import { Agent, request } from 'undici';
import type { Fault } from './dialect.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: number;
};

/** No answer came, or not all of it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly fault: Fault;
  constructor(fault: Fault, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.fault = fault;
  }
}

export type HttpPool = {
  /** One try. Redirects are not followed: they would carry the token to whoever the answer names. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
};

/** An answer is data for one job, not a download. */
const ANSWER_BYTES = 16 * 1024 * 1024;
const UNREACHED = new Set<unknown>(
  'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH UND_ERR_CONNECT_TIMEOUT'.split(' '),
);
const CUT = new Set<unknown>(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** The connections of all clients of one process: kept alive, and at most 64 to one backend. */
export function createHttpPool(connectTimeoutMs = 10_000): HttpPool {
  const agent = new Agent({
    connections: 64,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
    connect: { timeout: connectTimeoutMs },
    // How long a call may take is decided above, for the call and its repeats together.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async send({ url, ...options }) {
      try {
        const { statusCode, headers, body } = await request(url, { dispatcher: agent, ...options });
        return { status: statusCode, headers, ...(await readBounded(body)) };
      } catch (error) {
        if (error instanceof NoAnswer) throw error;
        throw new NoAnswer(faultOf(error, options.signal), reasonOf(error), error);
      }
    },
    close: () => agent.close(),
  };
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Pick<HttpAnswer, 'text' | 'bytes'>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES)
      throw new NoAnswer('other', `expected an answer of at most ${ANSWER_BYTES} bytes, got more`);
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), bytes };
}

function faultOf(error: unknown, signal: AbortSignal): Fault {
  if (signal.aborted)
    return signal.reason instanceof Error && signal.reason.name === 'DeadlineExceeded' ? 'timeout' : 'aborted';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (UNREACHED.has(code)) return 'unreached';
  return CUT.has(code) ? 'cut' : 'other';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What a host name with several addresses fails with has its reasons inside and no words of its own.
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
