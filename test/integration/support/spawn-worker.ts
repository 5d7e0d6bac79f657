import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../wire/support/until.ts';

type Options = { url: string; secret: string; queue: string; env?: Record<string, string> };

/** A worker in a process of its own, which can be killed, frozen and asked to stop. */
export async function spawnWorker({ url, secret, queue, env = {} }: Options) {
  const workDir = await mkdtemp(join(tmpdir(), 'spawned-worker-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-program.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      BACKEND_API_URL: url,
      WORKER_SERVICE_TOKEN: secret,
      WORKER_QUEUES: queue,
      WORK_DIR: workDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const said = (fact: string) => output.split('\n').filter((line) => line.startsWith(fact));

  return {
    workDir,
    exited,
    said,
    output: () => output,
    hears: (fact: string, withinMs = 15_000) =>
      until(`"${fact}" from the worker, which said: ${output}`, withinMs, async () => said(fact)[0]),
    signal: (name: NodeJS.Signals) => child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await exited;
      await rm(workDir, { recursive: true, force: true });
    },
  };
}
