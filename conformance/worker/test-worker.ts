import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { runChecks } from '../check.ts';
import { readConformanceEnv } from '../env.ts';
import { openScriptedBridge, QUEUE, SECRET } from './scripted-bridge.ts';
import { waitAtMost, WORKER } from './worker-checks.ts';

/**
 * Starts a worker program against a scripted bridge and sees whether it keeps the protocol. The program must know three
 * jobs: conformance.complete ends at once, conformance.fail breaks, conformance.hold runs until it is stopped.
 */
export async function testWorker(command: string, patienceMs: number, say: (line: string) => void): Promise<boolean> {
  waitAtMost(patienceMs);
  const bridge = await openScriptedBridge();
  const id = `conformance-${randomUUID()}`;
  const { PATH, HOME } = readConformanceEnv();
  const child = spawn('sh', ['-c', `exec ${command}`], {
    env: {
      PATH,
      HOME,
      BACKEND_API_URL: bridge.url,
      WORKER_SERVICE_TOKEN: SECRET,
      WORKER_ID: id,
      WORKER_QUEUES: QUEUE,
      DRAIN_SECONDS: '5',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  try {
    const isKept = await runChecks(WORKER, { bridge, id, stop }, say);
    if (!isKept) say(`the worker said:\n${output}`);
    return isKept;
  } finally {
    child.kill('SIGKILL');
    await ended;
    await bridge.close();
  }
}
