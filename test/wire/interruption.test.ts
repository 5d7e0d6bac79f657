import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createWorker, type TestWorker } from './support/actors.ts';
import { callerOf, expectData, expectRefusal } from './support/client.ts';
import { pause, until } from './support/until.ts';

// Each test waits for many seconds, so each has an api of its own and all of them wait at once. The intervals are
// those that a user gets: they are the promise.
const started: Api[] = [];
async function start(): Promise<Api> {
  const api = await startApi();
  started.push(api);
  return api;
}
afterAll(() => Promise.all(started.map((api) => api.stop())));

describe.concurrent('a worker that falls silent', { timeout: 60_000 }, () => {
  it('loses its job to another within 15 s, and its late word changes nothing', async () => {
    const api = await start();
    const producer = createProducer(api);
    const [silent, other] = [await createWorker(api, ['email']), await createWorker(api, ['email'])];
    const id = await producer.enqueue('email', { maxAttempts: 3 });
    const job = await silent.claimOne('email');
    await silent.beat([job]);
    const fellSilent = performance.now();
    const taken = await other.claimOne('email', 20_000);
    expect(taken.id).toBe(id);
    expect(performance.now() - fellSilent).toBeLessThan(15_000);
    expect(performance.now() - fellSilent).toBeGreaterThan(5_000);

    expect((await silent.beat([job])).lost).toEqual([id]);
    expectRefusal(await callerOf(api.url, job.token).get(`/jobs/${id}/steps`), 401);
    expectRefusal(await silent.complete(job, { from: 'the silent one' }), 409, 'superseded');
    expectRefusal(await silent.fail(job), 409, 'superseded');
    expectRefusal(await silent.release(job), 409, 'superseded');
    const [verdict] = await silent.settle([{ jobId: id, lease: job.lease, outcome: { type: 'completed' } }]);
    expect(verdict.verdict).toBe('superseded');
    expectRefusal(await silent.complete({ ...job, lease: taken.lease }), 403);

    expectData(await other.complete(taken, { from: 'the other' }), 200);
    expectRefusal(await silent.complete(job), 409, 'superseded');
    const view = await producer.view('email', id);
    expect(view).toMatchObject({ state: 'completed', output: { from: 'the other' } });
    expect(view.attempts.map((attempt: { workerId: string }) => attempt.workerId)).toEqual([silent.id, other.id]);
  });

  it('loses its last attempt too, and the job ends or goes on: it never stays active', async () => {
    const api = await start();
    const producer = createProducer(api);
    const silent = await createWorker(api, ['email']);
    const id = await producer.enqueue('email', { maxAttempts: 1 });
    const job = await silent.claimOne('email');
    await silent.beat([job]);
    const state = await until('another state than active', 15_000, async () => {
      const view = await producer.view('email', id);
      return view.state !== 'active' && view.state;
    });
    expect(['failed', 'created', 'retry']).toContain(state);
    expectRefusal(await silent.complete(job), 409, 'superseded');
  });

  it('is no worker that beats: it keeps its job far beyond one lease', async () => {
    const api = await start();
    const [steady, other] = [await createWorker(api, ['email']), await createWorker(api, ['email'])];
    await createProducer(api).enqueue('email');
    const job = await steady.claimOne('email');
    const end = performance.now() + (steady.intervals.leaseSeconds + 3) * 1000;
    while (performance.now() < end) {
      expect((await steady.beat([job])).lost).toEqual([]);
      expect(await other.claim({ waitSeconds: steady.intervals.heartbeatSeconds })).toEqual([]);
    }
    expectData(await callerOf(api.url, job.token).get(`/jobs/${job.id}/steps`), 200);
    expectData(await steady.complete(job), 200);
  });
});

describe.concurrent('an api process that is killed with -9 and started again', { timeout: 60_000 }, () => {
  it('knows claims, leases, attempts, keys and cancellations of before', async () => {
    const api = await start();
    const producer = createProducer(api);
    const [worker, other] = [await createWorker(api, ['email', 'reports']), await createWorker(api, ['email'])];
    const ids = [];
    for (let n = 0; n < 4; n++) ids.push(await producer.enqueue('email'));
    const claimId = randomUUID();
    const claimed = await worker.claim({ claimId, queues: ['email'], limit: 4, waitSeconds: 5 });
    expect(claimed.map((job) => job.id)).toEqual(ids);
    const [running, settled, cancelled, released] = claimed as [any, any, any, any];
    await worker.beat([running, cancelled]);
    expect(expectData(await worker.complete(settled), 200).verdict).toBe('accepted');
    expectData(await worker.release(released, { delaySeconds: 300 }), 200);
    expectData(await producer.caller.post(`/jobs/email/${cancelled.id}/cancel`), 200);
    const keyed = await producer.post('reports', {}, { 'idempotency-key': 'before' });

    await api.kill9();
    await expect(worker.ask()).rejects.toThrow();
    await api.restart();

    const again = await worker.claim({ claimId, queues: ['email'], limit: 4 });
    expect(again.map((job) => job.id)).toEqual([running.id]);
    expect(again[0]!.attempt).toBe(1);
    expect(await other.claim()).toEqual([]);
    expect(await worker.beat([running, cancelled])).toMatchObject({ lost: [], cancelled: [cancelled.id] });
    expect(expectData(await worker.complete(settled), 200).verdict).toBe('already-accepted');
    expectRefusal(await worker.complete(released), 409, 'superseded');
    expectRefusal(await worker.complete(cancelled), 410, 'gone');
    expect(expectData(await worker.complete(running), 200)).toMatchObject({ verdict: 'accepted', state: 'completed' });
    const repeated = await producer.post('reports', {}, { 'idempotency-key': 'before' });
    expect(expectData(repeated, 200)).toMatchObject({ id: keyed.data.id, duplicate: true });
  });

  it('offers what was queued before to a claim that does not wait', async () => {
    const api = await start();
    const id = await createProducer(api).enqueue('email');
    await api.restart();
    const worker = await createWorker(api, ['email']);
    expect((await worker.claim()).map((job) => job.id)).toEqual([id]);
  });

  it('gives back what was claimed before and is confirmed by nobody', async () => {
    const api = await start();
    const [silent, other] = [await createWorker(api, ['email']), await createWorker(api, ['email'])];
    const id = await createProducer(api).enqueue('email');
    await silent.claimOne('email');
    await api.restart();
    // The restarted process may allow one lease of grace before it decides.
    expect(await other.claimOne('email', 20_000)).toMatchObject({ id });
  });

  it('loses no job and accepts none twice when it dies again and again under load', { timeout: 120_000 }, async () => {
    const api = await start();
    const workers = await Promise.all([1, 2, 3].map(() => createWorker(api, ['email'])));
    const jobs = Array.from({ length: 150 }, () => createProducer(api).body('email'));
    const { ids } = expectData(await createProducer(api).caller.post('/jobs/batch', { jobs }), 201);
    const accepted: string[] = [];
    const over = new AbortController();

    async function work(worker: TestWorker): Promise<void> {
      let claimId = randomUUID();
      while (!over.signal.aborted) {
        const claimed = await worker.claim({ claimId, limit: 3, waitSeconds: 1 }).catch(() => undefined);
        if (claimed === undefined) {
          await pause(100);
          continue;
        }
        claimId = randomUUID();
        for (const job of claimed) {
          for (;;) {
            const answer = await worker.complete(job, { by: worker.id }).catch(() => undefined);
            if (answer?.data?.verdict === 'accepted') accepted.push(job.id);
            if (answer !== undefined) break;
            await pause(100);
          }
        }
      }
    }

    const working = workers.map(work);
    for (const share of [0.15, 0.4, 0.7]) {
      await until('a share of the jobs', 20_000, async () => accepted.length >= ids.length * share);
      await api.kill9();
      await api.restart();
    }
    const producer = createProducer(api);
    await until('every job completed', 30_000, async () => {
      for (const id of ids) if ((await producer.view('email', id)).state !== 'completed') return false;
      return true;
    });
    over.abort();
    await Promise.all(working);
    expect(new Set(accepted).size).toBe(accepted.length);
    // An answer may have died with the process; hardly more than those in flight at each of its deaths.
    expect(accepted.length).toBeGreaterThan(ids.length - 12);
    const views = await Promise.all(ids.map((id: string) => producer.view('email', id)));
    for (const view of views) expect(view.attempts).toHaveLength(1);
  });
});
