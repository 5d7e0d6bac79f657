import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { JobApi } from '../jobs/index.ts';
import type { BridgeClient, RawOptions } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import type { CircuitBreaker } from '../process/circuit-breaker.ts';
import { withApiRetry } from './api-retry.ts';
import { fileBody, saveAnswer } from './byte-streams.ts';
import { throughCircuit } from './through-circuit.ts';

type Deps = {
  readonly client: BridgeClient;
  readonly circuit: CircuitBreaker;
  readonly token: string;
  readonly signal: AbortSignal;
};

/** How long an answer's head, and each pause in a stream, may take. A stream as a whole may take as long as its job. */
const IDLE_MS = 60_000;
const envelope = z.object({ success: z.literal(true), data: z.unknown() });

/**
 * The API as a job sees it: its attempt's own token, the circuit of the process, and a few repeats of what may be
 * repeated. Every failure is a BridgeCallError, so that one table decides when the job is tried again.
 */
export function createJobApi({ client, circuit, token, signal }: Deps): JobApi {
  const raw = (method: Dispatcher.HttpMethod, path: string, options: RawOptions) =>
    client.raw(method, path, { token, idleTimeoutMs: IDLE_MS, ...options });

  async function json(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown): Promise<unknown> {
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    // The seed repeats every verb. A POST makes something, so here it is repeated only when it surely was not done.
    const kind = method === 'POST' ? 'once' : 'repeatable';
    return throughCircuit(circuit, signal, undefined, (callSignal) =>
      withApiRetry(kind, callSignal, async () =>
        unwrap(await raw(method, path, { ...content, signal: callSignal }), method, path),
      ),
    );
  }

  return {
    get: (path) => json('GET', path),
    post: (path, body) => json('POST', path, body),
    put: (path, body) => json('PUT', path, body),
    patch: (path, body) => json('PATCH', path, body),
    download: (path, toFile) =>
      withApiRetry('repeatable', signal, () =>
        saveAnswer(toFile, signal, () => throughCircuit(circuit, signal, IDLE_MS, () => raw('GET', path, { signal }))),
      ),
    upload: (path, fromFile, { contentType, query }) =>
      throughCircuit(circuit, signal, Infinity, (callSignal) =>
        withApiRetry('repeatable', callSignal, async () => {
          const { body, bytes } = await fileBody(fromFile);
          const headers = { 'content-type': contentType, 'content-length': String(bytes) };
          return unwrap(await raw('PUT', path, { body, headers, query, signal: callSignal }), 'PUT', path);
        }),
      ),
  };
}

async function unwrap(response: Dispatcher.ResponseData, method: string, path: string): Promise<unknown> {
  const text = await response.body.text().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeCallError(`${method} ${path}: ${reason}`, { code: 'no_answer', cause: error });
  });
  if (text === '') return undefined;
  const parsed = envelope.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.data;
  throw new BridgeCallError(`${method} ${path}: expected the envelope, got something else`, {
    status: 502,
    code: 'bad_answer',
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
