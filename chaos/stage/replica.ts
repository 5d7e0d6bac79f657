import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';

export const SECRET = 'the-secret-of-a-chaos-run-is-no-secret-at-all';
export const JOB_NAME = 'chaos.effect';
export const QUEUE = 'default';

/** Short, so that a run of seconds sees leases end; a heartbeat still has several chances to get through. */
export const INTERVALS = { heartbeatSeconds: 1, leaseSeconds: 4, confirmSeconds: 2 };

export type Replica = {
  readonly url: string;
  child(): Child;
  start(): Promise<void>;
};

type Options = {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly env?: Record<string, string>;
  readonly bug?: string | undefined;
};

/** An api process that can be killed and started again at the same address. */
export async function startReplica({ databaseUrl, folder, env = {}, bug }: Options): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: Child | undefined;

  const replica: Replica = {
    url,
    child() {
      if (child === undefined) throw new Error('expected a replica that was started');
      return child;
    },
    async start() {
      const started = startChild(
        'src/api-bridge/main.ts',
        {
          NODE_ENV: 'test',
          LOG_LEVEL: 'warn',
          PORT: String(port),
          DATABASE_URL: databaseUrl,
          DATABASE_POOL: '8',
          DATA_DIR: join(folder, `data-${port}`),
          WORKER_SERVICE_TOKEN: SECRET,
          WORKER_JOBS: join(import.meta.dirname, '../workers/effect-job.ts'),
          HEARTBEAT_SECONDS: String(INTERVALS.heartbeatSeconds),
          LEASE_SECONDS: String(INTERVALS.leaseSeconds),
          CONFIRM_SECONDS: String(INTERVALS.confirmSeconds),
          CLAIM_WAIT_SECONDS: '5',
          ...env,
          ...(bug === undefined ? {} : { CHAOS_BUG: bug }),
        },
        bug === undefined ? [] : ['chaos/bugs/plant.ts'],
      );
      child = started;
      await untilReady(url, started);
    },
  };
  await replica.start();
  return replica;
}

async function untilReady(url: string, child: Child): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true || child.process.signalCode !== null) return;
    if (child.process.exitCode !== null) throw new Error(`the api ended before it was ready:\n${child.output()}`);
    if (performance.now() > deadline) throw new Error(`the api was not ready within 60 s:\n${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
