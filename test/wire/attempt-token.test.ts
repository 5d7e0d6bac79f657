import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();
const holder = (job: Claimed) => callerOf(api.url, job.token);

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

async function holding(count = 1) {
  const queue = nextQueue();
  const worker = await createWorker(api, [queue]);
  for (let n = 0; n < count; n++) await producer.enqueue(queue);
  const jobs = await worker.claim({ limit: count, waitSeconds: 5 });
  expect(jobs).toHaveLength(count);
  return { queue, worker, jobs, job: jobs[0]! };
}

describe.concurrent('an attempt token', () => {
  it('opens its own job and no other', async () => {
    const { jobs } = await holding(2);
    const [mine, other] = jobs as [Claimed, Claimed];
    expectData(await holder(mine).get(`/jobs/${mine.id}/steps`), 200);
    for (const [method, path, body] of [
      ['GET', 'steps', undefined],
      ['PUT', 'steps/one', { value: 1 }],
      ['PUT', 'progress', { percent: 1 }],
      ['POST', 'logs', { sequence: 0, lines: ['x'] }],
      ['POST', 'locks/k', {}],
      ['POST', 'idempotency/k', {}],
    ] as const) {
      const answer = await holder(mine).ask(method, `/jobs/${other.id}/${path}`, body === undefined ? {} : { body });
      expectRefusal(answer, 403);
    }
  });

  it('opens nothing that belongs to workers, producers or operators', async () => {
    const { worker, job, queue } = await holding();
    const token = holder(job);
    for (const answer of [
      await token.post(`${worker.path}/complete/${job.id}`, { lease: job.lease }),
      await token.post(`${worker.path}/claim`, {}),
      await token.post('/jobs', producer.body(queue)),
      await token.get('/workers'),
      await token.post(`/jobs/${queue}/${job.id}/cancel`),
    ]) {
      expect([401, 403]).toContain(answer.status);
      expectRefusal(answer, answer.status);
    }
    expectData(await worker.complete(job), 200);
  });

  it('is needed: service tokens do not open the data plane', async () => {
    const { worker, job } = await holding();
    for (const caller of [worker.caller, producer.caller, callerAs(api, 'scraper', 's')]) {
      expectRefusal(await caller.get(`/jobs/${job.id}/steps`), 403);
    }
    expectRefusal(await callerOf(api.url, undefined).get(`/jobs/${job.id}/steps`), 401);
    for (const broken of [`${job.token}x`, job.token.slice(0, -3), job.token.split('').toReversed().join('')]) {
      expectRefusal(await callerOf(api.url, broken).get(`/jobs/${job.id}/steps`), 401);
    }
  });

  it.each(['complete', 'fail', 'release', 'cancel', 'leave'] as const)('is dead after %s', async (end) => {
    const { worker, job, queue } = await holding();
    expectData(await holder(job).put(`/jobs/${job.id}/progress`, { percent: 10, message: 'begun' }), 200);
    if (end === 'cancel') expectData(await producer.caller.post(`/jobs/${queue}/${job.id}/cancel`), 200);
    else if (end === 'leave') expect((await worker.caller.delete(worker.path)).status).toBe(204);
    else expectData(await worker[end](job), 200);
    expectRefusal(await holder(job).put(`/jobs/${job.id}/progress`, { percent: 20 }), 401);
    expectRefusal(await holder(job).get(`/jobs/${job.id}/steps`), 401);
  });

  it('of an earlier attempt does not open the next one', async () => {
    const { worker, job, queue } = await holding();
    await worker.fail(job, { retryInSeconds: 0 });
    const next = await worker.claimOne(queue);
    expect(next.id).toBe(job.id);
    expectRefusal(await holder(job).put(`/jobs/${job.id}/progress`, { percent: 99 }), 401);
    expectData(await holder(next).put(`/jobs/${job.id}/progress`, { percent: 5 }), 200);
    expect((await producer.view(queue, job.id)).progress).toMatchObject({ percent: 5 });
  });
});

describe.concurrent('what an attempt may say and keep', () => {
  it('shows its progress', async () => {
    const { job, queue } = await holding();
    expectData(await holder(job).put(`/jobs/${job.id}/progress`, { percent: 33.3, message: 'a third' }), 200);
    expect((await producer.view(queue, job.id)).progress).toEqual({ percent: 33.3, message: 'a third' });
    for (const body of [{}, { percent: -1 }, { percent: 101 }, { percent: '5' }, { percent: 1, message: 'a\u0000' }]) {
      expectRefusal(await holder(job).put(`/jobs/${job.id}/progress`, body), 422);
    }
  });

  it('takes log chunks, the same sequence again too', async () => {
    const { job } = await holding();
    const chunk = { sequence: 0, lines: ['one', 'two'] };
    for (const body of [chunk, chunk, { sequence: 1, lines: ['three'] }]) {
      const answer = await holder(job).post(`/jobs/${job.id}/logs`, body);
      expect(answer.status).toBeLessThan(300);
    }
    for (const body of [
      {},
      { sequence: 'x', lines: [] },
      { sequence: 0, lines: 'x' },
      { sequence: 0, lines: ['\u0000'] },
    ]) {
      expectRefusal(await holder(job).post(`/jobs/${job.id}/logs`, body), 422);
    }
  });

  it('keeps the steps of one attempt for the next', async () => {
    const { worker, job, queue } = await holding();
    const value = { made: ['a'], n: 1 };
    expectData(await holder(job).put(`/jobs/${job.id}/steps/resize`, { value }), 200);
    await worker.fail(job, { retryInSeconds: 0 });
    const next = await worker.claimOne(queue);
    const { steps } = expectData(await holder(next).get(`/jobs/${job.id}/steps`), 200);
    expect(steps).toMatchObject([{ name: 'resize', value }]);
  });

  it('gives a lock to one job at a time, and a mark to the first', async () => {
    const { jobs } = await holding(2);
    const [one, two] = jobs as [Claimed, Claimed];
    const lock = async (job: Claimed) =>
      expectData(await holder(job).post(`/jobs/${job.id}/locks/shared%3Akey`, { ttlSeconds: 60 }), 200).acquired;
    expect([await lock(one), await lock(two), await lock(one)]).toEqual([true, false, true]);
    const mark = async (job: Claimed) =>
      expectData(await holder(job).post(`/jobs/${job.id}/idempotency/once`, {}), 200).first;
    const first = await Promise.all([mark(one), mark(two), mark(two)]);
    expect(first.filter(Boolean)).toHaveLength(1);
  });
});
