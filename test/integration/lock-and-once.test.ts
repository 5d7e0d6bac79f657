import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { callerAs, type Caller, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { openLedger, type Note } from './support/ledger.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

const WORKER_JOBS = join(import.meta.dirname, 'support/ledger-jobs.ts');

let api: Api;
let workers: WorkerProcess[] = [];
let producer: Caller;
beforeAll(async () => {
  api = await startApi({ env: { WORKER_JOBS } });
  producer = callerAs(api, 'producer', 'properties');
  const env = { WORKER_JOBS, WORKER_QUEUES: 'services', WORKER_CONCURRENCY: '10' };
  workers = await Promise.all([startWorkerProcess(api, env), startWorkerProcess(api, env)]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  await api.stop();
});

type Plan = { name: 'ledger.lock' | 'ledger.once'; key: string; workMs: number };
const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.constantFrom('ledger.lock' as const, 'ledger.once' as const),
  key: fc.constantFrom('a', 'b', 'c'),
  workMs: fc.constantFrom(0, 1, 5, 40),
});

test(
  'in two processes at once, whatever is asked: a lock is held by one at a time, and what is done once is done once',
  { timeout: 120_000 },
  async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 10, maxLength: 30 }), async (plans) => {
        await using ledger = await openLedger();
        // Keys of their own in each round: marks live for a day.
        const round = randomUUID();
        const jobs = plans.map(({ name, key, workMs }, nth) => {
          // Each with a payload of its own: what runs too often in a minute is taken for a loop.
          return { name, payload: { ledger: ledger.path, workMs, nth, key: `${name}:${key}:${round}` } };
        });
        const { ids } = expectData(await producer.post('/jobs/batch', { jobs }), 201);
        const ended = await Promise.all(ids.map(completed));
        const notes = await ledger.notes();
        for (const { pid } of notes) seen.add(pid);

        for (const key of new Set(jobs.map(({ payload }) => payload.key))) {
          const asked = jobs.flatMap(({ payload }, nth) => (payload.key === key ? [ended[nth]] : []));
          const own = notes.filter(({ of }) => of === key);
          if (key.startsWith('ledger.lock')) {
            expect(own.filter(({ what }) => what === 'start')).toHaveLength(asked.length);
            expect(overlaps(own)).toEqual([]);
          } else {
            expect(own).toHaveLength(1);
            expect(asked.filter(({ output }) => output.ran)).toHaveLength(1);
            expect(new Set(asked.map(({ output }) => JSON.stringify(output.value))).size).toBe(1);
          }
        }
      }),
      { numRuns: 8, seed: 20_261_121 },
    );
    expect(seen.size, 'both processes have worked').toBe(2);
  },
);

async function completed(id: string): Promise<any> {
  const job = await until(`the end of ${id}`, 60_000, async () => {
    const { job: view } = expectData(await producer.get(`/jobs/services/${id}`), 200);
    return ['completed', 'failed'].includes(view.state) ? view : undefined;
  });
  expect(job.state, JSON.stringify(job)).toBe('completed');
  return job;
}

/** Pairs of a start and the note before it that is no end: two who held the lock at the same time. */
function overlaps(notes: readonly Note[]): Note[] {
  const byTime = notes.toSorted((a, b) => (a.atNs < b.atNs ? -1 : 1));
  return byTime.filter(({ what }, nth) => what !== (nth % 2 === 0 ? 'start' : 'end'));
}
