import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker, payloadOf } from './support/actors.ts';
import { expectData, expectRefusal } from './support/client.ts';
import { pause, until } from './support/until.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('a claim', () => {
  it('hands out a job with every documented field', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const payload = { ...payloadOf('pj'), extra: { deep: ['ünïcödé 🐘', 1.5, null, true] } };
    const id = await producer.enqueue(queue, { payload, priority: 3, maxAttempts: 7, traceparent });
    const job = await worker.claimOne(queue);
    expect(job).toEqual({
      id,
      queue,
      name: 'files.thumbnail',
      payload,
      attempt: 1,
      maxAttempts: 7,
      priority: 3,
      enqueuedAt: expect.stringMatching(TIME),
      claimedAt: expect.stringMatching(TIME),
      timeoutSeconds: expect.any(Number),
      lease: expect.any(String),
      leaseExpiresAt: expect.stringMatching(TIME),
      token: expect.any(String),
      traceparent,
    });
    expect(Date.parse(job.leaseExpiresAt) - Date.parse(job.claimedAt)).toBeGreaterThan(0);
    expectData(await worker.complete(job), 200);
  });

  it('gives each job to one of many workers that ask at once', async () => {
    const queue = nextQueue();
    const ids = expectData(
      await producer.caller.post('/jobs/batch', { jobs: Array.from({ length: 60 }, () => producer.body(queue)) }),
      201,
    ).ids;
    const workers = await Promise.all(Array.from({ length: 6 }, () => createWorker(api, [queue])));
    const claims = await Promise.all(workers.flatMap((worker) => [1, 2, 3].map(() => worker.claim({ limit: 4 }))));
    const claimed = claims.flat().map((job) => job.id);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });

  it('never gives more than its limit, and one without a limit', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    for (let n = 0; n < 6; n++) await producer.enqueue(queue);
    expect(await worker.claim()).toHaveLength(1);
    expect(await worker.claim({ limit: 3 })).toHaveLength(3);
    expect(await worker.claim({ limit: 1000 })).toHaveLength(2);
  });

  it.each([
    { limit: 0 },
    { limit: 1001 },
    { limit: 1.5 },
    { limit: '1' },
    { waitSeconds: -1 },
    { waitSeconds: 31 },
    { queues: [] },
    { queues: 'email' },
    { queues: [null] },
    { claimId: 'no-uuid' },
    { claimId: 7 },
  ])('refuses %j', async (wish) => {
    expectRefusal(await (await createWorker(api, ['email'])).ask(wish), 422);
  });

  it('takes jobs only from the queues that it names, or else from those of the registration', async () => {
    const [mine, named, foreign] = [nextQueue(), nextQueue(), nextQueue()];
    const worker = await createWorker(api, [mine, named]);
    for (const queue of [mine, named, foreign]) await producer.enqueue(queue);
    expect((await worker.claim({ queues: [named], limit: 10 })).map((job) => job.queue)).toEqual([named]);
    expect((await worker.claim({ limit: 10 })).map((job) => job.queue)).toEqual([mine]);
  });

  it('serves the higher priority first, then the oldest', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const enqueue = (mark: string, priority?: number) =>
      producer.enqueue(queue, { payload: payloadOf(mark), ...(priority === undefined ? {} : { priority }) });
    for (const [mark, priority] of [
      ['a', 0],
      ['low', -32_768],
      ['b', undefined],
      ['high', 32_767],
      ['c', 0],
      ['mid', 5],
    ] as const) {
      await enqueue(mark, priority);
    }
    const marks = [];
    for (let n = 0; n < 6; n++) marks.push((await worker.claim())[0]?.payload.processing_job_id);
    expect(marks).toEqual(['high', 'mid', 'a', 'b', 'c', 'low']);
  });

  it('keeps that order inside one claim of many', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const jobs = Array.from({ length: 30 }, (_, n) =>
      producer.body(queue, { payload: payloadOf(String(n)), priority: n % 3 }),
    );
    const { ids } = expectData(await producer.caller.post('/jobs/batch', { jobs }), 201);
    const claimed = await worker.claim({ limit: 30 });
    const expected = [2, 1, 0].flatMap((rest) => ids.filter((_: string, n: number) => n % 3 === rest));
    expect(claimed.map((job) => job.id)).toEqual(expected);
  });

  it('serves queues by weight and starves none', async () => {
    const weighted = ['critical', 'file_processing', 'default']; // 3, 2 and 1
    const worker = await createWorker(api, weighted);
    for (const queue of weighted) {
      await producer.caller.post('/jobs/batch', { jobs: Array.from({ length: 40 }, () => producer.body(queue)) });
    }
    const served: Record<string, number> = { critical: 0, file_processing: 0, default: 0 };
    for (let n = 0; n < 36; n++) {
      const [job] = await worker.claim({ queues: ['default', 'critical', 'file_processing'] });
      served[job!.queue]!++;
    }
    expect(served['default'], JSON.stringify(served)).toBeGreaterThan(0);
    expect(served['file_processing'], JSON.stringify(served)).toBeGreaterThanOrEqual(served['default']!);
    expect(served['critical'], JSON.stringify(served)).toBeGreaterThan(served['file_processing']!);
  });

  it('may carry jobs of several queues in one answer', async () => {
    const queues = [nextQueue(), nextQueue(), nextQueue()];
    const worker = await createWorker(api, queues);
    // It need not: which queues are known to have jobs at this moment is the api's affair. But it must happen.
    await until('one answer with jobs of three queues', 10_000, async () => {
      for (const queue of queues) await producer.enqueue(queue);
      const jobs = await worker.claim({ limit: 30 });
      for (const job of jobs) await worker.complete(job);
      return new Set(jobs.map((job) => job.queue)).size === queues.length;
    });
  });
});

describe.concurrent('a long poll', () => {
  it('lasts as long as it asked, and not at all when it did not ask', async () => {
    const worker = await createWorker(api, [nextQueue()]);
    const at = performance.now();
    expect((await worker.ask()).status).toBe(204);
    expect(performance.now() - at).toBeLessThan(1_900);
    const parked = performance.now();
    expect((await worker.ask({ waitSeconds: 2 })).status).toBe(204);
    expect(performance.now() - parked).toBeGreaterThan(1_900);
    expect(performance.now() - parked).toBeLessThan(8_000);
  });

  it('is woken by a new job, not by a timer', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const waits = [];
    for (let n = 0; n < 9; n++) {
      const parked = worker.claim({ waitSeconds: 20 });
      // Long enough to be parked, and each time another share of a second, so that no timer is met by luck.
      await pause(150 + n * 97);
      await producer.enqueue(queue);
      const enqueued = performance.now();
      const [job] = await parked;
      waits.push(performance.now() - enqueued);
      await worker.complete(job!);
    }
    expect(waits.toSorted((a, b) => a - b)[4], waits.map(Math.round).join(' ')).toBeLessThan(250);
  });

  it('is woken for a retry and for a delayed job when their time has come', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue, { delaySeconds: 1 });
    const enqueued = performance.now();
    const job = (await worker.claim({ waitSeconds: 20 }))[0]!;
    expect(performance.now() - enqueued).toBeGreaterThan(900);
    expect(performance.now() - enqueued).toBeLessThan(10_000);
    await worker.fail(job, { retryInSeconds: 1 });
    const failed = performance.now();
    expect((await worker.claim({ waitSeconds: 20 }))[0]).toMatchObject({ id: job.id, attempt: 2 });
    expect(performance.now() - failed).toBeGreaterThan(900);
    expect(performance.now() - failed).toBeLessThan(10_000);
  });

  it('is not needed to find a retry whose time has come', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const id = await producer.enqueue(queue);
    const answer = expectData(await worker.fail(await worker.claimOne(queue), { retryInSeconds: 1 }), 200);
    await pause(Date.parse(answer.runAt) - Date.now() + 300);
    expect((await worker.claim()).map((job) => job.id)).toEqual([id]);
  });

  it('is woken by a job that another worker gave back', async () => {
    const queue = nextQueue();
    const [giver, taker] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    await producer.enqueue(queue);
    const job = await giver.claimOne(queue);
    const parked = taker.claim({ waitSeconds: 20 });
    await giver.release(job);
    const released = performance.now();
    expect((await parked)[0]).toMatchObject({ id: job.id, attempt: 1 });
    expect(performance.now() - released).toBeLessThan(8_000);
  });

  it('wakes one of many for one job, and each gets its own of many jobs', async () => {
    const queue = nextQueue();
    const workers = await Promise.all(Array.from({ length: 8 }, () => createWorker(api, [queue])));
    const parked = workers.map((worker) => worker.claim({ waitSeconds: 8, claimId: randomUUID() }));
    await pause(200); // parks them; unparked they would test another path
    const ids = await Promise.all(workers.map(() => producer.enqueue(queue)));
    const claimed = (await Promise.all(parked)).flat().map((job) => job.id);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });
});
