import { request } from 'undici';
import { DeadlineExceeded, withCallDeadline } from '../call-deadline.ts';
import { NOTHING_ALLOWED, plainHost, type AllowList } from './allow-list.ts';
import { checkUrl, portOf } from './check-url.ts';
import { checkedAddresses, createGuardedAgent } from './guarded-connect.ts';
import { OutboundFault } from './outbound-fault.ts';
import { ACCEPTED_ENCODINGS, readCapped } from './read-capped.ts';
import { nextHop, type Hop } from './redirects.ts';
import { checkHeaders, refuseOwnToken, type Headers } from './request-headers.ts';
import { createSystemResolver, type Resolve } from './resolve.ts';

export type OutboundRequest = {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** For everything together: look-up, connection, redirects, the whole answer. */
  readonly timeoutMs?: number;
  /** The largest answer, decoded. */
  readonly mostBytes?: number;
  /** How many redirects are followed; none when absent, and the redirect itself is the answer. At most 5. */
  readonly redirects?: number;
};

export type OutboundAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
};

/**
 * The one way to a destination that comes from data. It speaks http and https with hosts of the public internet and with
 * those that the operator allowed, checks the very address that it connects to, sends no token of this system, and takes
 * answers within bounds. Any status is an answer; everything else is an OutboundFault.
 */
export type OutboundClient = {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** For programs that connect by themselves, such as git: the checked addresses, which they have to be pinned to. */
  addressesOf(url: string, options?: { readonly signal?: AbortSignal }): Promise<readonly string[]>;
  close(): Promise<void>;
};

export type OutboundOptions = {
  readonly allow?: AllowList;
  readonly ports?: readonly number[];
  readonly userAgent: string;
  readonly resolve?: Resolve;
  readonly connectTimeoutMs?: number;
  readonly ca?: string;
};

const CAPS = { timeoutMs: 30_000, mostBytes: 10 * 1024 * 1024, mostRatio: 100, mostRedirects: 5 } as const;
const PORTS = [80, 443];

export function createOutboundClient(options: OutboundOptions): OutboundClient {
  const { allow = NOTHING_ALLOWED, ports = PORTS, userAgent, resolve = createSystemResolver() } = options;
  const agent = createGuardedAgent({ allow, resolve, timeoutMs: options.connectTimeoutMs ?? 10_000, ca: options.ca });
  const rules = { schemes: ['http', 'https'], ports, allow };

  function check(text: string): URL {
    const url = checkUrl(text, rules);
    refuseOwnToken(decodedText(text), 'the URL');
    return url;
  }

  async function answerOf(first: Hop, most: number, mostBytes: number, signal: AbortSignal): Promise<OutboundAnswer> {
    let hop = first;
    for (let followed = 0; ; followed += 1) {
      const { url, method, headers } = hop;
      const content = hop.body === undefined ? {} : { body: hop.body };
      const sent = { 'user-agent': userAgent, ...headers, 'accept-encoding': ACCEPTED_ENCODINGS };
      const answer = await request(url, { dispatcher: agent, method, headers: sent, signal, ...content });
      // What is not read to its end is thrown away, and nobody has to hear that it was.
      answer.body.on('error', () => undefined);
      try {
        const next =
          followed < most ? nextHop(hop, answer.statusCode, one(answer.headers['location']), check) : undefined;
        if (next === undefined) {
          const encoding = method === 'HEAD' ? undefined : one(answer.headers['content-encoding']);
          const body = await readCapped(answer.body, encoding, { mostBytes, mostRatio: CAPS.mostRatio });
          return { status: answer.statusCode, headers: answer.headers, body, url: url.href };
        }
        hop = next;
      } finally {
        answer.body.destroy();
      }
    }
  }

  return {
    async send({ method = 'GET', url: text, headers = {}, body, redirects = 0, ...asked }) {
      const url = check(text);
      if (typeof body === 'string') refuseOwnToken(body, 'the body');
      const hop = { method, url, headers: checkHeaders(headers), body };
      const { timeoutMs = CAPS.timeoutMs, mostBytes = CAPS.mostBytes } = asked;
      const most = Math.min(redirects, CAPS.mostRedirects);
      return await withCallDeadline(timeoutMs, asked.signal, async (signal) => {
        try {
          return await orAborted(answerOf(hop, most, mostBytes, signal), signal);
        } catch (error) {
          throw faultOf(error, signal, url);
        }
      });
    },
    async addressesOf(text, { signal = AbortSignal.timeout(CAPS.timeoutMs) } = {}) {
      const url = checkUrl(text, { ...rules, schemes: ['https', 'ssh'], ports: [...ports, 22] });
      return await checkedAddresses({ allow, resolve }, plainHost(url.hostname), portOf(url), signal);
    },
    // Whoever waited has given up by now; a connection that is still being made would hold an orderly close back.
    close: () => agent.destroy(),
  };
}

/** Rejects with the signal, also while a connection is being made, which the request itself would wait for. */
async function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    answer.catch(() => undefined);
  }
}

function faultOf(error: unknown, signal: AbortSignal, { host }: URL): OutboundFault {
  if (error instanceof OutboundFault) return error;
  if (signal.aborted) {
    const isLate = signal.reason instanceof DeadlineExceeded;
    return new OutboundFault(isLate ? 'timeout' : 'aborted', isLate ? signal.reason.message : 'aborted', error);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
  const problem = code === 'UND_ERR_INVALID_ARG' ? 'bad_request' : 'no_answer';
  return new OutboundFault(problem, `${host}: ${code}`, error);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** As a server would read it; text that does not decode is looked at as it is. */
function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
