import { randomUUID } from 'node:crypto';
import { mintServiceToken, type ServiceTokenType } from '../../src/process/service-token.ts';

export type Answer = {
  readonly status: number;
  readonly code: string | undefined;
  readonly data: any;
  readonly body: any;
};
export type Job = {
  readonly id: string;
  readonly lease: string;
  readonly token: string;
  readonly attempt: number;
  readonly maxAttempts: number;
};

/** The bridge under test, and a job that it knows. Nobody else may serve the queue while it is tested. */
export type Bridge = {
  readonly url: string;
  readonly secret: string;
  readonly name: string;
  readonly queue: string;
  readonly payload: unknown;
};

export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Calls as whoever holds this token; undefined sends none. A string is sent as it is. */
export function callerWith({ url }: Bridge, token: string | undefined): Caller {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(40_000),
    });
    const text = await answer.text();
    const read = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, code: read?.code, data: read?.data, body: read };
  };
}

export async function callerAs(bridge: Bridge, type: ServiceTokenType, sub: string): Promise<Caller> {
  return callerWith(bridge, await mintServiceToken(bridge.secret, { type, sub }));
}

export type Hand = {
  readonly id: string;
  readonly call: Caller;
  readonly intervals: {
    heartbeatSeconds: number;
    claimWaitSeconds: number;
    confirmSeconds: number;
    leaseSeconds: number;
  };
  claim(how?: object): Promise<Job[]>;
  /** Claims until it has the job. */
  claimOne(withinSeconds?: number): Promise<Job>;
  beat(...jobs: readonly Job[]): Promise<Answer>;
  say(verb: 'complete' | 'fail' | 'release', job: Job, body?: object): Promise<Answer>;
};

/** A registered worker that does what a check tells it. */
export async function hire(bridge: Bridge): Promise<Hand> {
  const id = `conformance-${randomUUID()}`;
  const call = await callerAs(bridge, 'worker', id);
  const about = {
    hostname: 'conformance',
    pid: 1,
    version: '1.0.0',
    protocol: 1,
    queues: [bridge.queue],
    concurrency: 10,
  };
  const registered = await call('POST', '/workers/register', about);
  if (registered.status !== 201)
    throw new Error(`register: expected 201, got ${registered.status} ${registered.body?.error ?? ''}`);
  const path = `/workers/${id}`;
  const hand: Hand = {
    id,
    call,
    intervals: registered.data.intervals,
    async claim(how = {}) {
      const answer = await call('POST', `${path}/claim`, { queues: [bridge.queue], ...how });
      if (answer.status !== 200 && answer.status !== 204)
        throw new Error(`claim: expected 200 or 204, got ${answer.status}`);
      return answer.data?.jobs ?? [];
    },
    async claimOne(withinSeconds = 10) {
      const deadline = performance.now() + withinSeconds * 1000;
      while (performance.now() < deadline) {
        const [job] = await hand.claim({ waitSeconds: 1 });
        if (job !== undefined) return job;
      }
      throw new Error(`expected a job within ${withinSeconds} s, got none`);
    },
    beat: (...jobs) =>
      call('POST', `${path}/heartbeat`, {
        status: 'busy',
        running: jobs.map((job) => ({ jobId: job.id, lease: job.lease })),
      }),
    say: (verb, job, body = {}) =>
      call('POST', `${path}/${verb}/${job.id}`, {
        lease: job.lease,
        ...(verb === 'fail' ? { error: { message: 'on purpose' } } : {}),
        ...body,
      }),
  };
  return hand;
}

/** Enqueues the known job and gives its id. */
export async function enqueue(bridge: Bridge, fields: object = {}): Promise<string> {
  const call = await callerAs(bridge, 'producer', 'conformance');
  const answer = await call('POST', '/jobs', {
    name: bridge.name,
    queue: bridge.queue,
    payload: bridge.payload,
    ...fields,
  });
  if (answer.status !== 201) throw new Error(`enqueue: expected 201, got ${answer.status} ${answer.body?.error ?? ''}`);
  return answer.data.id;
}

export async function view(bridge: Bridge, id: string): Promise<any> {
  return (await (await callerAs(bridge, 'producer', 'conformance'))('GET', `/jobs/${bridge.queue}/${id}`)).data.job;
}
