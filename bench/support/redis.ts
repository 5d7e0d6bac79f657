import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChild } from './children.ts';
import { freePort } from './free-port.ts';

export type Redis = {
  readonly port: number;
  /** One command and its answer as plain text. */
  ask(command: string): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Redis from the distribution, in its quickest setting: in memory only, nothing is written to disk. Undefined, and said
 * so, where the machine has none.
 */
export async function startRedis(): Promise<Redis | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    process.stderr.write('NOT MEASURED against BullMQ: redis-server is not installed (apt-get install redis-server)\n');
    return undefined;
  }
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'powernode-bench-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const child = startChild('redis-server', { args });
  child.stdout?.resume();
  const redis: Redis = { port, ask: (command) => ask(port, command), stop: () => stopChild(child) };
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await redis.ask('PING').catch(() => '')).includes('PONG')) return redis;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('redis-server did not answer within 5 s');
}

async function ask(port: number, command: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    const [answer]: unknown[] = await once(socket, 'data');
    return String(answer);
  } finally {
    socket.destroy();
  }
}
