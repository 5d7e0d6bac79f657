import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { callerAs, type Caller, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { openLedger } from './support/ledger.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

/** `OUTAGE_SECONDS=60 npx vitest run test/integration/outage.test.ts` is the long form. */
const OUTAGE_SECONDS = Number(process.env['OUTAGE_SECONDS'] ?? 5);
/** Longer than the outage: whoever hears nothing for a whole lease stops its work, because somebody else may have it. */
const LEASE_SECONDS = OUTAGE_SECONDS * 1.5 + 10;
const JOBS = 100;
const WORKER_JOBS = join(import.meta.dirname, 'support/ledger-jobs.ts');

let api: Api;
let workers: WorkerProcess[] = [];
let producer: Caller;
beforeAll(async () => {
  api = await startApi({ env: { LEASE_SECONDS: String(LEASE_SECONDS), WORKER_JOBS } });
  producer = callerAs(api, 'producer', 'outage');
  const env = { WORKER_JOBS, WORKER_QUEUES: 'services', WORKER_CONCURRENCY: String(JOBS / 2) };
  workers = await Promise.all([startWorkerProcess(api, env), startWorkerProcess(api, env)]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  await api.stop();
});

test(
  `an API that is killed while ${JOBS} jobs run, and is away for ${OUTAGE_SECONDS} s, costs none of them a second run`,
  { timeout: (OUTAGE_SECONDS * 3 + 90) * 1000 },
  async () => {
    await using ledger = await openLedger();
    // From such that end early in the outage to such that run on after it.
    const workMs = (nth: number) => 1_000 + Math.round((nth / JOBS) * OUTAGE_SECONDS * 1_500);
    const jobs = Array.from({ length: JOBS }, (_, nth) => ({
      name: 'ledger.work',
      payload: { ledger: ledger.path, workMs: workMs(nth) },
    }));
    const { ids } = expectData(await producer.post('/jobs/batch', { jobs }), 201);
    const of = async (what: string) => (await ledger.notes()).filter((note) => note.what === what).length;
    await until('all jobs to run', 30_000, async () => (await of('start')) === JOBS);
    expect(new Set((await ledger.notes()).map(({ pid }) => pid)).size).toBe(2);

    await api.kill9();
    const killedAt = performance.now();
    const before = await of('end');
    await until('the outage to be over', OUTAGE_SECONDS * 1_000 + 5_000, async () => {
      return performance.now() - killedAt >= OUTAGE_SECONDS * 1_000;
    });
    const meanwhile = (await of('end')) - before;
    expect(meanwhile, 'some jobs end while nobody can be told').toBeGreaterThan(0);
    expect(before + meanwhile, 'some jobs run on after it').toBeLessThan(JOBS);
    await api.restart();

    const view = async (id: string) => expectData(await producer.get(`/jobs/services/${id}`), 200).job;
    const ended = await until('all jobs to be settled', OUTAGE_SECONDS * 1_500 + 40_000, async () => {
      const seen = await Promise.all(ids.map(view));
      return seen.every(({ state }) => state === 'completed' || state === 'failed') && seen;
    });
    for (const { state, attempts, output } of ended) {
      expect(state).toBe('completed');
      expect(attempts).toHaveLength(1);
      expect(workers.map(({ child }) => child.pid)).toContain(output.by);
    }
    const notes = await ledger.notes();
    for (const what of ['start', 'end']) {
      const named = notes.filter((note) => note.what === what).map((note) => note.of);
      expect(named.toSorted()).toEqual(ids.toSorted());
    }
  },
);
