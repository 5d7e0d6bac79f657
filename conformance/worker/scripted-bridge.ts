import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createTokenVerifier, type ServiceClaims } from '../../src/process/verify-token.ts';

export const SECRET = 'conformance-conformance-conformance-1';
export const QUEUE = 'reports';
export type Call = {
  readonly verb: string;
  readonly method: string;
  readonly jobId: string | undefined;
  readonly body: any;
  readonly claims: ServiceClaims | undefined;
  readonly atMs: number;
};
/** What is done to one call instead of answering it as usual. */
export type Trick = 'cut' | { readonly status: number; readonly code?: string; readonly data?: object };

const INTERVALS = { heartbeatSeconds: 1, claimWaitSeconds: 3, confirmSeconds: 2, leaseSeconds: 4 };

/** A bridge of which a check writes the script: it hands out what it is told to, and plays tricks on calls. */
export async function openScriptedBridge() {
  const calls: Call[] = [];
  const waiting: object[] = [];
  const tricks: { verb: string; trick: Trick }[] = [];
  const told = { directive: 'continue', lost: [] as string[], cancelled: [] as string[] };
  const verify = createTokenVerifier({ secrets: { current: SECRET } });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , , id = '', verb = id, jobId] = (request.url ?? '').split('/').map(decodeURIComponent);
    const text = (await request.toArray()).join('');
    const claims = await verify((request.headers.authorization ?? '').slice('Bearer '.length)).catch(() => undefined);
    const method = request.method ?? 'GET';
    const name = method === 'DELETE' ? 'leave' : verb;
    const body = text === '' ? undefined : JSON.parse(text);
    calls.push({ verb: name, method, jobId, body, claims, atMs: performance.now() });
    const at = tricks.findIndex((each) => each.verb === name);
    const trick = at === -1 ? undefined : tricks.splice(at, 1)[0]?.trick;
    if (trick === 'cut') return void request.socket.destroy();
    if (trick !== undefined) {
      answer(response, trick.status, trick.data, trick.code);
      return;
    }
    if (claims === undefined) {
      answer(response, 401, undefined, 'unauthorized');
      return;
    }
    switch (name) {
      case 'register': {
        answer(response, 201, {
          worker: { id: body.id ?? claims.sub, status: 'idle' },
          intervals: INTERVALS,
          protocol: 1,
        });
        return;
      }
      case 'heartbeat': {
        const { directive, lost, cancelled } = told;
        answer(response, 200, { directive, lost, cancelled, leaseExpiresAt: soon(INTERVALS.leaseSeconds) });
        return;
      }
      case 'claim': {
        await claim(body, response);
        return;
      }
      case 'leave':
        return void response.writeHead(204).end();
      case 'settle': {
        answer(response, 200, {
          results: body.settlements.map((each: any) => ({
            jobId: each.jobId,
            verdict: 'accepted',
            state: each.outcome.type,
          })),
        });
        return;
      }
      case 'complete':
      case 'fail':
      case 'release': {
        answer(response, 200, { verdict: 'accepted', state: name === 'complete' ? 'completed' : 'retry' });
        return;
      }
      default: {
        answer(response, 200, { accepted: true });
        return;
      }
    }
  }

  async function claim(body: any, response: ServerResponse): Promise<void> {
    const until = performance.now() + (body?.waitSeconds ?? 0) * 1000;
    while (waiting.length === 0 && told.directive === 'continue' && performance.now() < until && !response.destroyed)
      await pause(20);
    const jobs = response.destroyed ? [] : waiting.splice(0, body?.limit ?? 1);
    if (jobs.length > 0) {
      answer(response, 200, { jobs });
      return;
    }
    response.writeHead(204).end();
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    told,
    intervals: INTERVALS,
    /** The next call of this verb is not answered as usual. */
    trick: (verb: string, trick: Trick) => void tricks.push({ verb, trick }),
    /** A job for whoever claims next; `name` is conformance.complete, .fail or .hold. */
    offer(name: string) {
      const job = {
        id: randomUUID(),
        queue: QUEUE,
        name,
        payload: {},
        attempt: 1,
        maxAttempts: 4,
        priority: 0,
        enqueuedAt: soon(0),
        claimedAt: soon(0),
        timeoutSeconds: 60,
        lease: randomUUID(),
        leaseExpiresAt: soon(INTERVALS.leaseSeconds),
        token: randomUUID(),
      };
      waiting.push(job);
      return job;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type ScriptedBridge = Awaited<ReturnType<typeof openScriptedBridge>>;

function soon(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function answer(response: ServerResponse, status: number, data: object | undefined, code?: string): void {
  const body = status < 400 ? { success: true, data } : { success: false, error: 'as the script says', code };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
