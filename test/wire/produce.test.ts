import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker, payloadOf } from './support/actors.ts';
import { expectData, expectRefusal, faultPaths } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();
const DAY = 86_400;

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('one job', () => {
  it('is answered with its id, queue, name and state', async () => {
    const queue = nextQueue();
    const data = expectData(await producer.post(queue), 201);
    expect(data).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      queue,
      name: 'files.thumbnail',
      state: 'created',
    });
  });

  it('goes to its declared queue when none is named', async () => {
    const body = { name: 'files.thumbnail', payload: payloadOf('x') };
    expect(expectData(await producer.caller.post('/jobs', body), 201).queue).toBe('file_processing');
  });

  it('is refused when its name is unknown or its payload does not fit, with the place, and not enqueued', async () => {
    const queue = nextQueue();
    const unknown = await producer.post(queue, { name: 'no.such.job' });
    expectRefusal(unknown, 422);
    expect(faultPaths(unknown)).toEqual(['name']);
    for (const payload of [{}, { processing_job_id: 7 }, { processing_job_id: null }, { other: 'x' }]) {
      const answer = await producer.post(queue, { payload });
      expectRefusal(answer, 422);
      expect(faultPaths(answer)).toEqual(['payload.processing_job_id']);
    }
    expect(await (await createWorker(api, [queue])).claim()).toEqual([]);
  });

  it.each([
    { maxAttempts: 0 },
    { maxAttempts: 101 },
    { maxAttempts: 2.5 },
    { priority: 32_768 },
    { priority: -32_769 },
    { priority: 0.5 },
    { delaySeconds: -1 },
    { delaySeconds: 366 * DAY + 1 },
    { delaySeconds: '5' },
    { runAt: 'tomorrow' },
    { runAt: 1_700_000_000 },
    { runAt: new Date(Date.now() + 400 * DAY * 1000).toISOString() },
    { runAt: new Date().toISOString(), delaySeconds: 1 },
    { singletonKey: '' },
    { singletonKey: 7 },
    { group: 'a\u0000' },
    { traceparent: 'nonsense' },
  ])('refuses %j', async (fields) => {
    expectRefusal(await producer.post('email', fields), 422);
  });

  it('takes the limits themselves', async () => {
    const worker = await createWorker(api, [nextQueue()]);
    for (const fields of [
      { maxAttempts: 1 },
      { maxAttempts: 100 },
      { priority: 32_767 },
      { priority: -32_768 },
      { delaySeconds: 366 * DAY },
      { delaySeconds: 0 },
      { group: 'tenant' },
    ]) {
      expectData(await producer.post('email', fields), 201);
    }
    expect(await worker.claim()).toEqual([]);
  });

  it('waits for runAt and delaySeconds, and runs at once when runAt is past', async () => {
    const [late, delayed, past] = [nextQueue(), nextQueue(), nextQueue()];
    const worker = await createWorker(api, [late, delayed, past]);
    const runAt = new Date(Date.now() + 2_000).toISOString();
    await producer.enqueue(late, { runAt });
    await producer.enqueue(delayed, { delaySeconds: 2 });
    await producer.enqueue(past, { runAt: '2020-01-01T00:00:00Z' });
    expect((await worker.claim({ limit: 10 })).map((job) => job.queue)).toContain(past);
    expect(Date.parse((await worker.claimOne(late)).claimedAt)).toBeGreaterThanOrEqual(Date.parse(runAt));
    const job = await worker.claimOne(delayed);
    const waited = Date.parse(job.claimedAt) - Date.parse(job.enqueuedAt);
    expect(waited).toBeGreaterThanOrEqual(2_000);
    expect(waited).toBeLessThan(10_000);
  });
});

describe.concurrent('an Idempotency-Key', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  it('enqueues once for the same body, also after the job has run', async () => {
    const queue = nextQueue();
    const name = randomUUID();
    const { id } = expectData(await producer.post(queue, {}, key(name)), 201);
    expect(expectData(await producer.post(queue, {}, key(name)), 200)).toMatchObject({ id, duplicate: true });
    const worker = await createWorker(api, [queue]);
    const job = await worker.claimOne(queue);
    await worker.complete(job);
    expect(expectData(await producer.post(queue, {}, key(name)), 200)).toMatchObject({ id, duplicate: true });
    expect(await worker.claim()).toEqual([]);
  });

  it('is refused for another body', async () => {
    const queue = nextQueue();
    const name = randomUUID();
    await producer.post(queue, {}, key(name));
    for (const fields of [{ payload: payloadOf('other') }, { priority: 1 }, { maxAttempts: 2 }, { delaySeconds: 5 }]) {
      expectRefusal(await producer.post(queue, fields, key(name)), 422, 'idempotency_key_reused');
    }
  });

  it('does not mind the order of the fields in the body', async () => {
    const queue = nextQueue();
    const name = randomUUID();
    const body = producer.body(queue, { priority: 1 });
    const turned = Object.fromEntries(Object.entries(body).toReversed());
    expectData(await producer.caller.post('/jobs', body, key(name)), 201);
    expectData(await producer.caller.post('/jobs', turned, key(name)), 200);
  });

  it('is another key for another producer and for another queue', async () => {
    const [queue, second] = [nextQueue(), nextQueue()];
    const name = randomUUID();
    expectData(await producer.post(queue, {}, key(name)), 201);
    expectData(await producer.post(second, {}, key(name)), 201);
    expectData(await createProducer(api).post(queue, {}, key(name)), 201);
  });

  it('gives one 201 to twenty that come at once', async () => {
    const queue = nextQueue();
    const name = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => producer.post(queue, {}, key(name))));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.data.id)).size).toBe(1);
    expect(await (await createWorker(api, [queue])).claim({ limit: 50 })).toHaveLength(1);
  });

  it('has 1 to 255 characters', async () => {
    const queue = nextQueue();
    expectData(await producer.post(queue, {}, key('k'.repeat(255))), 201);
    expectRefusal(await producer.post(queue, {}, key('k'.repeat(256))), 422);
  });
});

describe.concurrent('a singletonKey', () => {
  it('finds the job that is queued or active, and is free again when that one ended', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const fields = { singletonKey: 'nightly' };
    const { id } = expectData(await producer.post(queue, fields), 201);
    const again = () => producer.post(queue, { ...fields, payload: payloadOf('other') });
    expect(expectData(await again(), 200)).toMatchObject({ id, duplicate: true });
    const job = await worker.claimOne(queue);
    expect(expectData(await again(), 200)).toMatchObject({ id, duplicate: true });
    await worker.fail(job, { retryInSeconds: 0 });
    expect(expectData(await again(), 200)).toMatchObject({ id, duplicate: true });
    await worker.complete(await worker.claimOne(queue));
    expect(expectData(await again(), 201).id).not.toBe(id);
    expectData(await producer.post(queue, { singletonKey: 'another' }), 201);
  });

  it('enqueues one of twenty that come at once', async () => {
    const queue = nextQueue();
    const answers = await Promise.all(Array.from({ length: 20 }, () => producer.post(queue, { singletonKey: 's' })));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.data.id)).size).toBe(1);
  });
});
