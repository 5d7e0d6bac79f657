import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from '../history/record.ts';
import type { Random } from '../random.ts';
import { fateOf, FAIR, type Weather } from './weather.ts';

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly key: string | undefined;
  readonly body: any;
};
export type Told = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly status: number | undefined;
  readonly data: any;
};

export type HttpWay = {
  readonly url: string;
  weather: Weather;
  close(): Promise<void>;
};

type Options = {
  /** Base addresses of the replicas; one that refuses the connection is passed over, as a load balancer does. */
  targets(): readonly string[];
  readonly random: Random;
  /** Called for every call that reached a replica, with what it answered: undefined when no answer came. */
  hear(call: Call, told: Told): void;
};

/** The way from every client to the replicas: a load balancer with weather. It stands where the facts are: each answer of a replica is heard, also one that its client never gets. */
export async function openHttpWay({ targets, random, hear }: Options): Promise<HttpWay> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const way = { weather: FAIR };
  let turn = 0;

  async function carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fate = fateOf(way.weather, random);
    const body = Buffer.concat(await incoming.toArray());
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    if (fate.losesCall) return void incoming.socket.destroy();
    if (fate.delayMs > 0) await pause(fate.delayMs);
    if (gone.signal.aborted) return;
    const call = callOf(incoming, body);
    const twin = fate.doubles && isRepeatable(call) ? deliver(incoming, body, call, undefined) : undefined;
    const answer = await deliver(incoming, body, call, gone.signal);
    await twin;
    if (answer === undefined || fate.losesAnswer || way.weather.cut) return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function deliver(incoming: IncomingMessage, body: Buffer, call: Call, gone: AbortSignal | undefined) {
    const all = targets();
    turn += 1;
    for (let tries = 0; tries < all.length; tries += 1) {
      const startedMs = machineMs();
      const answer = await ask(
        `${all[(turn + tries) % all.length] ?? ''}${incoming.url ?? ''}`,
        incoming,
        body,
        agent,
        gone,
      );
      if (answer === 'refused') continue;
      const known = answer === 'lost' ? undefined : answer;
      hear(call, {
        startedMs,
        endedMs: known === undefined ? Infinity : machineMs(),
        status: known?.status,
        data: dataOf(known?.body),
      });
      return known;
    }
    return undefined;
  }

  const server = createServer((incoming, outgoing) => {
    carry(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(way, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Doing it twice is what its sender may do as well; a batch has no key that would make it one. */
function isRepeatable({ method, path, key }: Call): boolean {
  return method !== 'POST' || !/^\/api\/v1\/jobs(\/batch)?$/.test(path) || key !== undefined;
}

type Answer = { readonly status: number; readonly headers: Record<string, any>; readonly body: Buffer };

function ask(
  url: string,
  { method, headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
  gone: AbortSignal | undefined,
): Promise<Answer | 'refused' | 'lost'> {
  return new Promise((resolve) => {
    const { 'transfer-encoding': _, connection: __, ...sent } = headers;
    const onward = request(
      url,
      {
        method: method ?? 'GET',
        agent,
        headers: { ...sent, 'content-length': body.length },
        ...(gone === undefined ? {} : { signal: gone }),
      },
      (answer) => {
        answer.toArray().then(
          (chunks) => {
            const { 'transfer-encoding': ___, connection: ____, 'content-length': _____, ...kept } = answer.headers;
            resolve({ status: answer.statusCode ?? 502, headers: kept, body: Buffer.concat(chunks) });
          },
          () => resolve('lost'),
        );
      },
    );
    onward.on('error', (error: Error & { code?: string }) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost'),
    );
    onward.end(body);
  });
}

function callOf({ method, url, headers }: IncomingMessage, body: Buffer): Call {
  const key = headers['idempotency-key'];
  return {
    method: method ?? 'GET',
    path: (url ?? '').split('?')[0] ?? '',
    token: (headers.authorization ?? '').slice('Bearer '.length),
    key: typeof key === 'string' ? key : undefined,
    body: parse(body),
  };
}

function dataOf(body: Buffer | undefined): unknown {
  return body === undefined ? undefined : parse(body)?.data;
}

function parse(body: Buffer): any {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
