import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClaimedJob } from '../../../src/contract/job.ts';
import type { Intervals } from '../../../src/contract/worker.ts';

/** What the bridge does with one call: answers, cuts the connection, or says nothing for as long as it is open. */
export type Reply =
  { status: number; data?: unknown; error?: object; headers?: Record<string, string> } | 'cut' | 'hold';
export type Call = { route: string; body: any; at: number; token: string; closed: boolean };
type Script = (call: Call) => Reply | Promise<Reply>;

const QUICK: Intervals = { heartbeatSeconds: 0.1, claimWaitSeconds: 2, confirmSeconds: 1, leaseSeconds: 1.2 };

/**
 * A bridge over real HTTP whose timing faults can be chosen. It judges nothing: by default it registers anyone, gives
 * out what was offered, renews every lease and accepts every settle. What is true of the real one is tested with it.
 */
export async function scriptedBridge(intervals: Partial<Intervals> = {}) {
  const calls: Call[] = [];
  const once = new Map<string, Script[]>();
  const always = new Map<string, Script>();
  const offered: ClaimedJob[] = [];
  let wake = () => {};

  async function claim(call: Call): Promise<Reply> {
    const until = performance.now() + (call.body.waitSeconds ?? 0) * 1000;
    while (offered.length === 0 && performance.now() < until && !call.closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const jobs = call.closed ? [] : offered.splice(0, call.body.limit ?? 1);
    return jobs.length === 0 ? { status: 204 } : { status: 200, data: { jobs } };
  }

  const defaults: Record<string, Script> = {
    register: () => ({ status: 201, data: { worker: {}, intervals: { ...QUICK, ...intervals }, protocol: 1 } }),
    heartbeat: () => ({ status: 200, data: heartbeatReply() }),
    claim,
    settle: ({ body }) => ({ status: 200, data: { results: body.settlements.map(accepted) } }),
    delete: () => ({ status: 204 }),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request);
    const call: Call = {
      route,
      body: await bodyOf(request),
      at: performance.now(),
      token: (request.headers.authorization ?? '').replace('Bearer ', ''),
      closed: false,
    };
    response.on('close', () => (call.closed = true));
    calls.push(call);
    const script = once.get(route)?.shift() ?? always.get(route) ?? defaults[route] ?? (() => notFound);
    const reply = await script(call);
    if (reply === 'cut') response.destroy();
    else if (reply !== 'hold' && !response.destroyed) {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      if (reply.status === 204) response.end();
      else response.end(JSON.stringify(reply.error ?? { success: true, data: reply.data }));
    }
  }

  let server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    of: (route: string) => calls.filter((call) => call.route === route),
    /** The outcomes that were settled, oldest first, as `[jobId, outcome]`. */
    settled: () =>
      calls
        .filter((call) => call.route === 'settle')
        .flatMap(({ body }): [string, any][] => body.settlements.map(({ jobId, outcome }: any) => [jobId, outcome])),
    /** The next calls of a route, one script each; then the default again. */
    next: (route: string, ...scripts: Script[]) => void once.set(route, [...(once.get(route) ?? []), ...scripts]),
    script: (route: string, script: Script | undefined) =>
      script === undefined ? always.delete(route) : always.set(route, script),
    offer(...jobs: ClaimedJob[]) {
      offered.push(...jobs);
      wake();
    },
    /** Gone like a killed process: every connection is cut, new ones are refused. */
    async down(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async up(): Promise<void> {
      server = createServer((request, response) => void handle(request, response));
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ScriptedBridge = Awaited<ReturnType<typeof scriptedBridge>>;

const notFound: Reply = { status: 404, error: { success: false, error: 'no such route', code: 'not_found' } };

export function refusal(status: number, code: string, headers: Record<string, string> = {}): Reply {
  return { status, error: { success: false, error: `scripted ${code}`, code }, headers };
}

export function heartbeatReply(facts: { directive?: string; lost?: string[]; cancelled?: string[] } = {}) {
  return { directive: 'continue', lost: [], cancelled: [], leaseExpiresAt: new Date().toISOString(), ...facts };
}

const accepted = ({ jobId }: { jobId: string }) => ({ jobId, verdict: 'accepted', state: 'completed' });

export function claimedJob(name: string, facts: Partial<ClaimedJob> = {}): ClaimedJob {
  const id = facts.id ?? randomUUID();
  const at = new Date().toISOString();
  return {
    id,
    queue: 'default',
    name,
    payload: {},
    attempt: 1,
    maxAttempts: 4,
    priority: 0,
    enqueuedAt: at,
    claimedAt: at,
    timeoutSeconds: 60,
    lease: `lease-${randomUUID()}`,
    leaseExpiresAt: at,
    token: `token-${id}`,
    ...facts,
  };
}

function routeOf({ method, url = '' }: IncomingMessage): string {
  const path = url.replace(/^\/api\/v1/, '').replace(/\?.*$/, '');
  if (path === '/workers/register') return 'register';
  if (method === 'DELETE' && path.startsWith('/workers/')) return 'delete';
  const verb = /^\/workers\/[^/]+\/(claim|heartbeat|settle)$/.exec(path)?.[1];
  return verb ?? `${method} ${path}`;
}

async function bodyOf(request: IncomingMessage): Promise<any> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
