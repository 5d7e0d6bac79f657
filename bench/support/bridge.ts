import type { ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChild } from './children.ts';
import { readApiNodeOptions } from './env.ts';
import { freePort } from './free-port.ts';

const ROOT = join(import.meta.dirname, '../..');
export const SECRET = 'a secret for the bench only, longer than 32 bytes';

export type Bridge = { readonly url: string; readonly child: ChildProcess; stop(): Promise<void> };

/** The real api process over the bench's PostgreSQL, as it is deployed: auth, validation, fencing, leases on. */
export async function startBridge(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<Bridge> {
  const port = await freePort();
  const child = startChild(process.execPath, {
    args: [...readApiNodeOptions(), join(ROOT, 'dist/api-bridge/main.js')],
    cwd: ROOT,
    env: {
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      DATA_DIR: await mkdtemp(join(tmpdir(), 'powernode-bench-')),
      WORKER_SERVICE_TOKEN: SECRET,
      WORKER_JOBS: join(ROOT, 'bench/jobs/noop.ts'),
      LOG_LEVEL: 'error',
      ...env,
    },
  });
  child.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 30_000;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('the api ended before it was ready');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { url, child, stop: () => stopChild(child, 10_000) };
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
