import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createWorker, JOB, payloadOf } from './support/actors.ts';
import { callerAs, expectData } from './support/client.ts';
import { pause, until } from './support/until.ts';

let api: Api;
let boss: PgBoss;
const faults: unknown[] = [];

beforeAll(async () => {
  api = await startApi();
  // What a backend application runs: it neither migrates nor supervises; the api does.
  boss = new PgBoss({ connectionString: api.databaseUrl, migrate: false, supervise: false, schedule: false, max: 4 });
  boss.on('error', (error) => faults.push(error));
  await boss.start();
});
afterAll(async () => {
  await boss.stop({ graceful: false });
  await api.stop();
  expect(faults).toEqual([]);
});

describe.concurrent('the backend’s own pg-boss instance', () => {
  it('sends a job that is claimed like any other', async () => {
    const worker = await createWorker(api, ['reports']);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const options = { priority: 5, retryLimit: 2 };
    const id = await boss.send('reports', { name: JOB, payload: payloadOf('own'), meta: { traceparent } }, options);
    const job = await worker.claimOne('reports');
    expect(job).toMatchObject({
      id,
      name: JOB,
      payload: payloadOf('own'),
      priority: 5,
      attempt: 1,
      maxAttempts: 3,
      traceparent,
    });
    expectData(await worker.complete(job, { done: true }), 200);
    const view = expectData(await callerAs(api, 'producer', 'p').get(`/jobs/reports/${String(id)}`), 200).job;
    expect(view).toMatchObject({ state: 'completed', output: { done: true }, attempts: [{ workerId: worker.id }] });
  });

  it('wakes a parked poll at once', async () => {
    const worker = await createWorker(api, ['services']);
    const waits = [];
    for (let n = 0; n < 7; n++) {
      const parked = worker.claim({ waitSeconds: 20 });
      await pause(150 + n * 113); // parked, and at another share of a second
      await boss.send('services', { name: JOB, payload: payloadOf('x') });
      const sent = performance.now();
      await worker.complete((await parked)[0]!);
      waits.push(performance.now() - sent);
    }
    expect(waits.toSorted((a, b) => a - b)[3], waits.map(Math.round).join(' ')).toBeLessThan(300);
  });

  it('gets fail, release and retry counted as the bridge’s own jobs do', async () => {
    const worker = await createWorker(api, ['billing']);
    await boss.send('billing', { name: JOB, payload: payloadOf('x') }, { retryLimit: 1 });
    const first = await worker.claimOne('billing');
    await worker.release(first);
    const again = await worker.claimOne('billing');
    expect(again).toMatchObject({ attempt: 1, maxAttempts: 2 });
    await worker.fail(again, { retryInSeconds: 0 });
    const last = await worker.claimOne('billing');
    expect(last).toMatchObject({ attempt: 2, maxAttempts: 2, payload: payloadOf('x') });
    expect(expectData(await worker.fail(last, { retryInSeconds: 0 }), 200).state).toBe('failed');
  });

  it('is not stopped by garbage that it sends itself', async () => {
    const worker = await createWorker(api, ['integrations']);
    const garbage: (object | null)[] = [
      null,
      {},
      { name: JOB },
      { name: 7, payload: payloadOf('x') },
      { name: '', payload: payloadOf('x') },
      { name: 'no.such.job', payload: {} },
      { name: JOB, payload: 'text' },
      { name: JOB, payload: null },
      { name: JOB, payload: {} },
      { name: JOB, payload: payloadOf('x'), meta: 'text' },
      { name: JOB, payload: payloadOf('x'), meta: null },
      { name: JOB, payload: payloadOf('x'), meta: { released: 'many', traceparent: 7 } },
      { name: JOB, payload: payloadOf('x'), meta: { released: -5 } },
      { name: JOB, payload: payloadOf('x'), meta: { released: 1e9 } },
      { processing_job_id: 'x' },
      [],
      [1, 2],
      { name: 'x'.repeat(10_000), payload: payloadOf('x') },
      { name: { toString: 'x' }, payload: [] },
    ];
    for (const data of garbage) await boss.send('integrations', data);
    const mark = randomUUID();
    const good = await boss.send('integrations', { name: JOB, payload: payloadOf(mark) });
    const seen: Claimed[] = [];
    await until('the good job behind the garbage', 15_000, async () => {
      const jobs = await worker.claim({ limit: 4, waitSeconds: 1 });
      for (const job of jobs) {
        expect(job).toMatchObject({ id: expect.any(String), name: expect.any(String), lease: expect.any(String) });
        expect(job.attempt).toBeGreaterThanOrEqual(1);
        expect(job.maxAttempts).toBeGreaterThanOrEqual(job.attempt);
        const settle = job.id === good ? worker.complete(job) : worker.fail(job, { retry: false });
        expectData(await settle, 200);
      }
      seen.push(...jobs);
      return seen.some((job) => job.id === good);
    });
    expect(seen.find((job) => job.id === good)).toMatchObject({ payload: payloadOf(mark), attempt: 1 });
    const ids = (await boss.findJobs('integrations', {})).map((job) => job.id);
    for (const id of ids) {
      const answer = await callerAs(api, 'producer', 'p').get(`/jobs/integrations/${id}`);
      expect(expectData(answer, 200).job.id).toBe(id);
    }
    expect(ids.length).toBeGreaterThan(garbage.length);
  });

  it('may use an odd option without stopping the queue for the others', async () => {
    const worker = await createWorker(api, ['compliance']);
    await boss.send('compliance', { name: JOB, payload: payloadOf('x') }, { priority: 2_000_000_000 });
    await boss.send('compliance', { name: JOB, payload: payloadOf('x') }, { retryLimit: 5_000, singletonKey: 'k' });
    await boss.send('compliance', { name: JOB, payload: payloadOf('x') }, { expireInSeconds: 1 });
    const jobs = await worker.claim({ limit: 10, waitSeconds: 5 });
    expect(jobs).toHaveLength(3);
    for (const job of jobs) expectData(await worker.complete(job), 200);
  });

  it('shares a queue with producers that come over HTTP', async () => {
    const worker = await createWorker(api, ['mcp']);
    const producer = createProducer(api);
    const ids = [];
    for (let n = 0; n < 3; n++) {
      ids.push(await boss.send('mcp', { name: JOB, payload: payloadOf('x') }), await producer.enqueue('mcp'));
    }
    expect((await worker.claim({ limit: 10 })).map((job) => job.id)).toEqual(ids);
  });
});
