import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBenchPath } from './env.ts';

const ROOT = join(import.meta.dirname, '../..');
export const SECRET = 'a secret for the bench only, longer than 32 bytes';

export type Bridge = { readonly url: string; readonly child: ChildProcess; stop(): Promise<void> };

/** The real api process over the bench's PostgreSQL, as it is deployed: auth, validation, fencing, leases on. */
export async function startBridge(databaseUrl: string): Promise<Bridge> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(ROOT, 'dist/api-bridge/main.js')], {
    cwd: ROOT,
    env: {
      PATH: readBenchPath(),
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      DATA_DIR: await mkdtemp(join(tmpdir(), 'powernode-bench-')),
      WORKER_SERVICE_TOKEN: SECRET,
      WORKER_JOBS: join(ROOT, 'bench/jobs/noop.ts'),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error('the api ended before it was ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    child,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/ready`);
    await answer.arrayBuffer();
    return answer.ok;
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
  if (address === null || typeof address === 'string') throw new Error('expected a port from the system');
  return address.port;
}
