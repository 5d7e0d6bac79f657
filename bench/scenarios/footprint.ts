import { join } from 'node:path';
import { SECRET, startBridge } from '../support/bridge.ts';
import { startChild, stopChild } from '../support/children.ts';
import { freePort } from '../support/free-port.ts';
import { residentMb } from '../support/process-cost.ts';
import { boundRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const ROOT = join(import.meta.dirname, '../..');

/** How soon the built programs are ready, and what they hold when nothing happens. The database runs already. */
async function footprint(stage: Stage): Promise<Row[]> {
  const [apiMs, workerMs, apiMb, workerMb]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let n = 0; n < stage.rounds; n += 1) {
    const startedAt = performance.now();
    const bridge = await startBridge(stage.databaseUrl);
    apiMs.push(performance.now() - startedAt);
    const worker = await startWorker(bridge.url);
    workerMs.push(worker.readyMs);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    apiMb.push(residentMb(bridge.child.pid ?? 0));
    workerMb.push(residentMb(worker.child.pid ?? 0));
    await stopChild(worker.child);
    await bridge.stop();
  }
  return [
    boundRow({ scenario: 'api', metric: 'ms to ready', target: 1_000 }, apiMs),
    boundRow({ scenario: 'api', metric: 'MB resident when idle', target: 150 }, apiMb),
    boundRow({ scenario: 'worker', metric: 'ms to its health page', target: 500 }, workerMs),
    boundRow({ scenario: 'worker', metric: 'MB resident when idle', target: 120 }, workerMb),
  ];
}

async function startWorker(apiUrl: string) {
  const port = await freePort();
  const startedAt = performance.now();
  const child = startChild(process.execPath, {
    args: [join(ROOT, 'dist/worker/main.js')],
    cwd: ROOT,
    env: { BACKEND_API_URL: apiUrl, WORKER_SERVICE_TOKEN: SECRET, WEB_PORT: String(port), LOG_LEVEL: 'error' },
  });
  child.stdout?.resume();
  const deadline = startedAt + 30_000;
  while (!(await answers(`http://127.0.0.1:${port}/health`))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error('the worker ended before it was ready');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { child, readyMs: performance.now() - startedAt };
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status < 500;
  } catch {
    return false;
  }
}

export const footprintScenarios = { footprint };
