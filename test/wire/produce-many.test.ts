import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker, payloadOf } from './support/actors.ts';
import { expectData, expectRefusal, faultPaths } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('a batch', () => {
  it('enqueues 1,000 jobs and answers their ids in order', async () => {
    const queue = nextQueue();
    const jobs = Array.from({ length: 1000 }, (_, n) => producer.body(queue, { payload: payloadOf(`pj-${n}`) }));
    const { ids } = expectData(await producer.caller.post('/jobs/batch', { jobs }), 201);
    expect(new Set(ids).size).toBe(1000);
    const claimed = await (await createWorker(api, [queue])).claim({ limit: 1000 });
    expect(claimed.map((job) => job.id)).toEqual(ids);
    expect(claimed.map((job) => job.payload.processing_job_id)).toEqual(jobs.map((_, n) => `pj-${n}`));
  });

  it('goes to several queues, each job with its own choices', async () => {
    const [one, two] = [nextQueue(), nextQueue()];
    const jobs = [producer.body(one, { maxAttempts: 2 }), producer.body(two, { priority: 9 }), producer.body(one)];
    const { ids } = expectData(await producer.caller.post('/jobs/batch', { jobs }), 201);
    expect(await producer.view(one, ids[0])).toMatchObject({ maxAttempts: 2 });
    expect(await producer.view(two, ids[1])).toMatchObject({ priority: 9 });
    expect(await producer.view(one, ids[2])).toMatchObject({ state: 'created' });
  });

  it.each([
    ['an unknown name', { name: 'no.such' }, 'name'],
    ['a payload that does not fit', { payload: {} }, 'payload.processing_job_id'],
    ['an unknown queue', { queue: 'no_such_queue' }, 'queue'],
    ['a priority out of range', { priority: 99_999 }, 'priority'],
    ['text that cannot be stored', { payload: { processing_job_id: 'a\u0000' } }, 'payload.processing_job_id'],
  ])('is refused whole for %s in one job, with its index in the path', async (_what, fault, field) => {
    const queue = nextQueue();
    const jobs = [producer.body(queue), producer.body(queue), producer.body(queue, fault), producer.body(queue)];
    const answer = await producer.caller.post('/jobs/batch', { jobs });
    expectRefusal(answer, 422);
    for (const path of faultPaths(answer)) expect(path).toMatch(/^jobs\W?2\b/);
    expect(faultPaths(answer).some((path) => path.endsWith(field))).toBe(true);
    expect(await (await createWorker(api, [queue])).claim({ limit: 10 })).toEqual([]);
  });

  it('survives one singletonKey twice, and enqueues it once', async () => {
    const queue = nextQueue();
    const jobs = [1, 2, 3].map(() => producer.body(queue, { singletonKey: 'same' }));
    const answer = await producer.caller.post('/jobs/batch', { jobs });
    if (answer.status !== 201) expectRefusal(answer, 422);
    else expect(answer.data.ids).toHaveLength(3);
    const claimed = await (await createWorker(api, [queue])).claim({ limit: 10 });
    expect(claimed).toHaveLength(answer.status === 201 ? 1 : 0);
  });

  it('names every bad job', async () => {
    const jobs = [{ name: 'no.such' }, producer.body('email'), 7, producer.body('email', { payload: {} })];
    const answer = await producer.caller.post('/jobs/batch', { jobs });
    expectRefusal(answer, 422);
    const indexes = new Set(faultPaths(answer).map((path) => /\d+/.exec(path)?.[0]));
    expect(indexes).toEqual(new Set(['0', '2', '3']));
  });

  it.each([[[]], [7], [null], [{}]])('refuses %j for the list', async (jobs) => {
    expectRefusal(await producer.caller.post('/jobs/batch', { jobs }), 422);
  });

  it('refuses 1,001 jobs', async () => {
    const jobs = Array.from({ length: 1001 }, () => producer.body('email'));
    expectRefusal(await producer.caller.post('/jobs/batch', { jobs }), 422);
  });
});

describe.concurrent('the seed system’s form', () => {
  const worker = () => createWorker(api, ['file_processing']);

  it('enqueues the job behind the class, its arguments as payload fields', async () => {
    const queue = nextQueue();
    const mark = `pj-${randomUUID()}`;
    const body = { job_class: 'ThumbnailGenerationJob', args: [mark], queue };
    const data = expectData(await producer.caller.post('/jobs', body), 200);
    expect(data).toMatchObject({
      job_id: expect.any(String),
      job_class: 'ThumbnailGenerationJob',
      enqueued_at: expect.any(String),
    });
    expect(data).toHaveProperty('delay');
    const job = await (await createWorker(api, [queue])).claimOne(queue);
    expect(job).toMatchObject({ id: data.job_id, name: 'files.thumbnail', payload: payloadOf(mark) });
  });

  it('is enqueued once under one Idempotency-Key', async () => {
    const queue = nextQueue();
    const headers = { 'idempotency-key': randomUUID() };
    const body = { job_class: 'ThumbnailGenerationJob', args: ['x'], queue };
    const first = expectData(await producer.caller.post('/jobs', body, headers), 200);
    const second = expectData(await producer.caller.post('/jobs', body, headers), 200);
    expect(second.job_id).toBe(first.job_id);
    expectRefusal(
      await producer.caller.post('/jobs', { ...body, args: ['y'] }, headers),
      422,
      'idempotency_key_reused',
    );
    expect(await (await createWorker(api, [queue])).claim({ limit: 10 })).toHaveLength(1);
  });

  it('goes to the declared queue when none is named', async () => {
    const body = { job_class: 'MetadataExtractionJob', args: ['x'] };
    const { job_id } = expectData(await producer.caller.post('/jobs', body), 200);
    const job = await (await worker()).claimOne('file_processing');
    expect(job).toMatchObject({ id: job_id, name: 'files.metadata' });
  });

  it.each([
    ['a delay in seconds', () => ({ delay: 2 })],
    ['a delay with a unit', () => ({ delay: '2s' })],
    ['an epoch', () => ({ at: Math.floor(Date.now() / 1000) + 3 })],
  ])('waits for %s', async (_what, when) => {
    const queue = nextQueue();
    const body = { job_class: 'ThumbnailGenerationJob', args: ['x'], queue, ...when() };
    expectData(await producer.caller.post('/jobs', body), 200);
    const job = await (await createWorker(api, [queue])).claimOne(queue);
    const waited = Date.parse(job.claimedAt) - Date.parse(job.enqueuedAt);
    expect(waited).toBeGreaterThan(1_200);
    expect(waited).toBeLessThan(12_000);
  });

  it.each([
    { job_class: 'NoSuchJob', args: ['x'] },
    { job_class: 7, args: ['x'] },
    { job_class: 'ThumbnailGenerationJob', args: [] },
    { job_class: 'ThumbnailGenerationJob', args: [{ a: 1 }] },
    { job_class: 'ThumbnailGenerationJob', args: 'x' },
    { job_class: 'ThumbnailGenerationJob', args: ['x'], queue: 'no_such_queue' },
    { job_class: 'ThumbnailGenerationJob', args: ['x'], delay: 'soon' },
    { job_class: 'ThumbnailGenerationJob', args: ['x'], delay: -5 },
    { job_class: 'constructor', args: [] },
    { job_class: '__proto__', args: [] },
  ])('refuses %j', async (body) => {
    const answer = await producer.caller.post('/jobs', body);
    expectRefusal(answer, 422);
  });
});
