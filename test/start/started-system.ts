import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start` runs is the build, so the build must be that of these sources. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), '--build'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

export type Environment = Record<string, string>;

/** Ports and a data folder of their own, as a person would set them. */
export async function environment(): Promise<Environment> {
  const dataDir = await mkdtemp(join(tmpdir(), 'powernode-system-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return {
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    WEB_PORT: String(await freePort()),
    WORKER_SERVICE_TOKEN: 'a secret of a test, long enough to be one',
    DASHBOARD_PASSWORD: 'a password of a test',
    LEGACY_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export type Started = {
  process: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
  untilSays(text: string): Promise<void>;
};

export function start(env: Environment, ...args: string[]): Started {
  const child = spawn(process.execPath, [join(root, 'dist/start/main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    process: child,
    output: () => output,
    ended,
    untilSays: async (text) => {
      await Promise.race([vi.waitUntil(() => output.includes(text), { timeout: 90_000, interval: 50 }), ended]);
      if (!output.includes(text)) throw new Error(`expected "${text}", got:\n${output}`);
    },
  };
}
