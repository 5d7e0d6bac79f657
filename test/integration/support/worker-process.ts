import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { callerAs } from '../../wire/support/client.ts';
import { until } from '../../wire/support/until.ts';

const ROOT = join(import.meta.dirname, '../../..');

export type WorkerProcess = {
  readonly id: string;
  readonly child: ChildProcess;
  /** The last lines that it wrote. */
  output(): string;
  hasExited(): boolean;
  /** Asks it to end, or kills it, and waits until it has. */
  end(signal: NodeJS.Signals): Promise<void>;
};

/** The real worker process, polling only, registered with the API. Its environment holds nothing of this one's but PATH. */
export async function startWorkerProcess(
  api: { url: string; secret: string },
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const id = `worker-${randomUUID()}`;
  const child = spawn(process.execPath, ['src/worker/main.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      WORKER_ROLE: 'runtime',
      WORKER_ID: id,
      BACKEND_API_URL: api.url,
      WORKER_SERVICE_TOKEN: api.secret,
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lines = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      lines = (lines + chunk).slice(-20_000);
    });
  }
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const operator = callerAs(api, 'operator', 'integration');
  await until(`worker ${id} is registered`, 20_000, async () => {
    if (hasExited()) throw new Error(`the worker ended before it was registered:\n${lines}`);
    return (await operator.get(`/workers/${id}`)).status === 200;
  });
  return {
    id,
    child,
    output: () => lines,
    hasExited,
    async end(signal) {
      if (hasExited()) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
