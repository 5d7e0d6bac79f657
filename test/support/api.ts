import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from './postgres.ts';

const ROOT = join(import.meta.dirname, '../..');
const READY_WITHIN_MS = 40_000;

export type Api = {
  url: string;
  secret: string;
  databaseUrl: string;
  dataDir: string;
  /** The running process; a new one after `restart`. */
  readonly child: ChildProcess;
  /** The last lines that the process wrote, for a test that wants to say why it failed. */
  output(): string;
  /** Asks it to end, waits until it has, and drops its database. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Starts it again on the same port, database and data folder; kills it first when it still runs. */
  restart(): Promise<void>;
};

/** The real api process over a database of its own, ready to claim and settle. */
export async function startApi(options: { env?: Record<string, string>; databaseUrl?: string } = {}): Promise<Api> {
  const database = options.databaseUrl === undefined ? await createDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const dataDir = await mkdtemp(join(tmpdir(), 'powernode-api-'));
  const secret = randomBytes(32).toString('hex');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? tmpdir(),
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    WORKER_SERVICE_TOKEN: secret,
    ...options.env,
  };
  let running = await launch(url, env);

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    const ended = once(running.child, 'exit');
    running.child.kill(signal);
    await ended;
  }

  return {
    url,
    secret: env.WORKER_SERVICE_TOKEN,
    databaseUrl,
    dataDir,
    get child() {
      return running.child;
    },
    output: () => running.output(),
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL');
      running = await launch(url, env);
    },
    async stop() {
      const deadline = setTimeout(() => running.child.kill('SIGKILL'), 10_000);
      await end('SIGTERM');
      clearTimeout(deadline);
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Launched = { child: ChildProcess; output(): string };

async function launch(url: string, env: Record<string, string>): Promise<Launched> {
  const child = spawn(process.execPath, ['src/api-bridge/main.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lines = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      lines = (lines + chunk).slice(-20_000);
    });
  }
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the api ended with ${child.exitCode ?? child.signalCode ?? ''} before it was ready:\n${lines}`);
    }
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the api was not ready within ${READY_WITHIN_MS} ms:\n${lines}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, output: () => lines };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected a port from the system, got none');
  return address.port;
}
