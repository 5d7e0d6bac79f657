import { join } from 'node:path';
import { type Child, ROOT, startChild } from './child.ts';
import { QUEUE, SECRET } from './replica.ts';

export type WorkerSeat = {
  readonly kind: 'scripted' | 'real';
  readonly name: string;
  readonly slots: number;
  readonly skewMs: number;
};

/** A worker process. Each start is another worker: what the one before it held must be taken from it by the API. */
export function startWorker(url: string, seat: WorkerSeat, turn: number, seed: number): Child {
  const id = `${seat.name}.${turn}`;
  const clock = { CHAOS_SKEW_MS: String(seat.skewMs) };
  if (seat.kind === 'scripted') {
    const told = { id, url, queues: [QUEUE], slots: seat.slots, seed: seed + turn };
    return startChild('chaos/workers/scripted-program.ts', { CHAOS_WORKER: JSON.stringify(told), ...clock }, [
      'chaos/stage/skew-clock.ts',
    ]);
  }
  const env = {
    WORKER_ROLE: 'runtime',
    WORKER_ID: id,
    WORKER_QUEUES: QUEUE,
    WORKER_CONCURRENCY: String(seat.slots),
    WORKER_JOBS: join(ROOT, 'chaos/workers/effect-job.ts'),
    WORKER_SERVICE_TOKEN: SECRET,
    BACKEND_API_URL: url,
    DRAIN_SECONDS: '5',
    LOG_LEVEL: 'warn',
  };
  return startChild('src/worker/main.ts', { ...env, ...clock }, ['chaos/stage/skew-clock.ts']);
}
