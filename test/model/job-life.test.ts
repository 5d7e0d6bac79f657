import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from '../wire/support/actors.ts';
import { moves, type Real } from './commands.ts';
import { Life } from './life.ts';

/** Worlds that run side by side, each with a queue of its own. `MODEL_RUNS=2000` walks for long. */
const WORLDS = 8;
const RUNS = Number(process.env['MODEL_RUNS'] ?? 6);
const MOVES = 60;

let api: Api;
beforeAll(async () => {
  // Time has no part in this: no lease ends by itself.
  api = await startApi({ env: { CONFIRM_SECONDS: '60', LEASE_SECONDS: '600' } });
}, 60_000);
afterAll(() => api.stop());

it('is the same in the model and in the system, whatever producers, workers and operators do', async () => {
  const nextQueue = createQueueShelf();
  let steps = 0;

  async function walk(seed: number): Promise<void> {
    const queue = nextQueue();
    const producer = createProducer(api);
    const property = fc.asyncProperty(moves(MOVES), async (commands) => {
      const worker = await createWorker(api, [queue]);
      const real: Real = { worker, producer, queue, leases: [], steps: () => (steps += 1) };
      const life = new Life();
      try {
        await fc.asyncModelRun(() => ({ model: life, real }), commands);
      } finally {
        // The next world of this queue starts with an empty one.
        for (const { id } of life.jobs) await producer.caller.post(`/jobs/${queue}/${id}/cancel`);
      }
    });
    await fc.assert(property, { seed, numRuns: RUNS, endOnFailure: false });
  }

  await Promise.all(Array.from({ length: WORLDS }, (_, at) => walk(1000 + at)));
  process.stdout.write(`model: ${steps} steps\n`);
  expect(steps).toBeGreaterThan(WORLDS * RUNS * 10);
}, 3_600_000);
