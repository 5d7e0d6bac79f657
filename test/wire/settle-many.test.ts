import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createQueueShelf, createWorker, type TestWorker } from './support/actors.ts';
import { expectData, expectRefusal, faultPaths } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();
const completed = (output?: unknown) => ({ type: 'completed', ...(output === undefined ? {} : { output }) });
const one = (job: Claimed, outcome: unknown = completed()) => ({ jobId: job.id, lease: job.lease, outcome });
const verdicts = (results: any[]) => results.map((result) => result.verdict);

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

async function holding(count: number): Promise<{ queue: string; worker: TestWorker; jobs: Claimed[] }> {
  const queue = nextQueue();
  const worker = await createWorker(api, [queue]);
  expectData(
    await producer.caller.post('/jobs/batch', { jobs: Array.from({ length: count }, () => producer.body(queue)) }),
    201,
  );
  const jobs = await worker.claim({ limit: count });
  expect(jobs).toHaveLength(count);
  return { queue, worker, jobs };
}

describe.concurrent('settling many at once', () => {
  it('gives a verdict each, in the order sent, and each job its own output', async () => {
    const { queue, worker, jobs } = await holding(5);
    const [a, b, c, d, e] = jobs as [Claimed, Claimed, Claimed, Claimed, Claimed];
    const results = await worker.settle([
      one(c, { type: 'failed', error: { message: 'no' }, retry: false }),
      one(a, completed({ mine: 'a' })),
      one(e, { type: 'released', delaySeconds: 60 }),
      one(b, completed({ mine: 'b' })),
      one(d, { type: 'failed', error: { message: 'later' }, retryInSeconds: 60 }),
    ]);
    expect(results.map((result) => result.jobId)).toEqual([c.id, a.id, e.id, b.id, d.id]);
    expect(verdicts(results)).toEqual(Array(5).fill('accepted'));
    expect(results.map((result) => result.state)).toEqual([
      'failed',
      'completed',
      expect.stringMatching(/created|retry/),
      'completed',
      'retry',
    ]);
    expect((await producer.view(queue, a.id)).output).toEqual({ mine: 'a' });
    expect((await producer.view(queue, b.id)).output).toEqual({ mine: 'b' });
  });

  it('says of each why it was refused, and settles the good ones beside it', async () => {
    const { queue, worker, jobs } = await holding(5);
    const [good, lost, cancelled, done, wrong] = jobs as [Claimed, Claimed, Claimed, Claimed, Claimed];
    const other = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const foreign = await other.claimOne(queue);
    await worker.release(lost);
    await other.claimOne(queue);
    await producer.caller.post(`/jobs/${queue}/${cancelled.id}/cancel`);
    await worker.complete(done);
    const results = await worker.settle([
      one(foreign),
      one(lost),
      one(good, completed({ ok: true })),
      one(cancelled),
      one(done),
      one({ ...wrong, lease: 'garbage' }),
      one({ ...wrong, id: randomUUID() }),
    ]);
    expect(verdicts(results)).toEqual([
      'forbidden',
      'superseded',
      'accepted',
      'gone',
      'already-accepted',
      'forbidden',
      'forbidden',
    ]);
    expect((await producer.view(queue, good.id)).output).toEqual({ ok: true });
    expectData(await other.complete(foreign), 200);
  });

  it('takes an id that comes twice as one after the other', async () => {
    const { queue, worker, jobs } = await holding(3);
    const [same, mixed, back] = jobs as [Claimed, Claimed, Claimed];
    const results = await worker.settle([
      one(same, completed({ first: true })),
      one(mixed, completed()),
      one(back, { type: 'released', delaySeconds: 60 }),
      one(same, completed({ first: false })),
      one(mixed, { type: 'failed', error: { message: 'no' } }),
      one(back, { type: 'released' }),
    ]);
    expect(verdicts(results)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'already-accepted',
      'superseded',
      'already-accepted',
    ]);
    expect((await producer.view(queue, same.id)).output).toEqual({ first: true });
  });

  it('accepts each job once when the same list comes many times at once', async () => {
    const { worker, jobs } = await holding(20);
    const answers = await Promise.all([1, 2, 3, 4].map(() => worker.settle(jobs.map((job) => one(job)))));
    for (const [index] of jobs.entries()) {
      const each = answers.map((results) => results[index].verdict).toSorted();
      expect(each).toEqual(['accepted', 'already-accepted', 'already-accepted', 'already-accepted']);
    }
  });

  it('takes 1,000 and refuses 1,001 and none', async () => {
    const { worker, jobs } = await holding(1000);
    const all = jobs.map((job) => one(job));
    expectRefusal(await worker.caller.post(`${worker.path}/settle`, { settlements: [] }), 422);
    expectRefusal(await worker.caller.post(`${worker.path}/settle`, { settlements: [...all, all[0]] }), 422);
    expect(new Set(verdicts(await worker.settle(all)))).toEqual(new Set(['accepted']));
  });

  it('names the place of what does not fit, and settles nothing', async () => {
    const { queue, worker, jobs } = await holding(2);
    const [first, second] = jobs as [Claimed, Claimed];
    for (const outcome of [{ type: 'exploded' }, {}, { type: 'failed' }, { type: 'completed', output: 7 }, null]) {
      const settlements = [one(first), { ...one(second), outcome }];
      const answer = await worker.caller.post(`${worker.path}/settle`, { settlements });
      expectRefusal(answer, 422);
      expect(faultPaths(answer)[0]).toMatch(/settlements\W?1\b/);
    }
    expect((await producer.view(queue, first.id)).state).toBe('active');
  });

  it('answers a job id that is none without failing', async () => {
    const { worker, jobs } = await holding(1);
    const answer = await worker.caller.post(`${worker.path}/settle`, {
      settlements: [{ jobId: 'no-uuid', lease: 'x', outcome: completed() }, one(jobs[0]!)],
    });
    if (answer.status === 200) expect(verdicts(answer.data.results)).toEqual(['forbidden', 'accepted']);
    else expectRefusal(answer, 422);
  });
});
