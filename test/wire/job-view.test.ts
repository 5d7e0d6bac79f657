import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker, payloadOf } from './support/actors.ts';
import { callerAs, expectData, expectRefusal } from './support/client.ts';
import { until } from './support/until.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('the view of a job', () => {
  it('shows its state, attempts with errors and workers, progress and output', async () => {
    const queue = nextQueue();
    const [one, two] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    const id = await producer.enqueue(queue, { payload: payloadOf('seen'), priority: 4 });
    expect(await producer.view(queue, id)).toMatchObject({
      id,
      queue,
      name: 'files.thumbnail',
      state: 'created',
      payload: payloadOf('seen'),
      priority: 4,
      attempts: [],
    });
    const first = await one.claimOne(queue);
    const progress = { percent: 40, message: 'two of five' };
    const running = [{ jobId: id, lease: first.lease, progress }];
    expectData(await one.caller.post(`${one.path}/heartbeat`, { status: 'busy', running }), 200);
    // Progress may be written in bulk, a moment after the beat was answered.
    const seen = await until('the progress', 5_000, async () => {
      const view = await producer.view(queue, id);
      return view.progress !== undefined && view;
    });
    expect(seen).toMatchObject({ state: 'active', progress, attempts: [{ attempt: 1, workerId: one.id }] });

    await one.fail(first, { error: { message: 'the disk is full', code: 'disk_full' }, retryInSeconds: 0 });
    expect((await producer.view(queue, id)).state).toBe('retry');
    await two.complete(await two.claimOne(queue), { pages: 3 });
    const view = await producer.view(queue, id);
    expect(view).toMatchObject({ state: 'completed', output: { pages: 3 } });
    expect(view.attempts).toMatchObject([
      { attempt: 1, workerId: one.id, error: { message: 'the disk is full', code: 'disk_full' } },
      { attempt: 2, workerId: two.id },
    ]);
    expect(view.attempts[1]).not.toHaveProperty('error');
  });

  it('keeps no progress of an attempt that is over', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const id = await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    const running = [{ jobId: id, lease: job.lease, progress: { percent: 90 } }];
    await worker.caller.post(`${worker.path}/heartbeat`, { status: 'busy', running });
    await until('the progress', 5_000, async () => (await producer.view(queue, id)).progress?.percent === 90);
    await worker.fail(job, { retryInSeconds: 0 });
    await worker.claimOne(queue);
    expect((await producer.view(queue, id)).progress?.percent ?? 0).toBe(0);
  });

  it('is found by its queue and id only', async () => {
    const queue = nextQueue();
    const id = await producer.enqueue(queue);
    expectData(await callerAs(api, 'operator', 'ops').get(`/jobs/${queue}/${id}`), 200);
    expectRefusal(await producer.caller.get(`/jobs/${queue}/${randomUUID()}`), 404);
    expectRefusal(await producer.caller.get(`/jobs/${nextQueue()}/${id}`), 404);
    expect((await producer.view(queue, id.toUpperCase())).id.toLowerCase()).toBe(id);
  });
});

describe.concurrent('cancel', () => {
  it('takes a queued, a delayed and a waiting job out', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const failing = await producer.enqueue(queue);
    await worker.fail(await worker.claimOne(queue), { retryInSeconds: 1 });
    const ids = [failing, await producer.enqueue(queue), await producer.enqueue(queue, { delaySeconds: 1 })];
    for (const id of ids) {
      expect(expectData(await producer.caller.post(`/jobs/${queue}/${id}/cancel`), 200)).toMatchObject({
        state: 'cancelled',
      });
    }
    expect(await worker.claim({ limit: 10, waitSeconds: 2 })).toEqual([]);
  });

  it('is not possible for what ended, and not found for what never was', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const [completed, failed] = [await producer.enqueue(queue), await producer.enqueue(queue, { maxAttempts: 1 })];
    await worker.complete(await worker.claimOne(queue));
    await worker.fail(await worker.claimOne(queue));
    for (const id of [completed, failed]) {
      expectRefusal(await producer.caller.post(`/jobs/${queue}/${id}/cancel`), 409, 'not_cancellable');
    }
    expectRefusal(await producer.caller.post(`/jobs/${queue}/${randomUUID()}/cancel`), 404);
  });

  it('reaches a running job at its next beat, for an operator as for a producer', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const id = await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    expect(await worker.beat([job])).toMatchObject({ cancelled: [] });
    expectData(await callerAs(api, 'operator', 'ops').post(`/jobs/${queue}/${id}/cancel`, {}), 200);
    expect(await worker.beat([job])).toMatchObject({ cancelled: [id], lost: [] });
    expectRefusal(await worker.complete(job), 410, 'gone');
  });
});

describe.concurrent('retry', () => {
  it('offers a failed job again at once, with an attempt more', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const id = await producer.enqueue(queue, { maxAttempts: 1 });
    await worker.fail(await worker.claimOne(queue), { retry: false });
    expectData(await producer.caller.post(`/jobs/${queue}/${id}/retry`), 200);
    const again = await worker.claimOne(queue, 3_000);
    expect(again.id).toBe(id);
    expect(again.attempt).toBeLessThanOrEqual(again.maxAttempts);
    expectData(await worker.complete(again), 200);
    expect((await producer.view(queue, id)).state).toBe('completed');
  });

  it('is not possible for what has not failed', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const id = await producer.enqueue(queue);
    const retry = () => producer.caller.post(`/jobs/${queue}/${id}/retry`);
    expectRefusal(await retry(), 409, 'not_retryable');
    const job = await worker.claimOne(queue);
    expectRefusal(await retry(), 409, 'not_retryable');
    expectData(await worker.complete(job), 200);
    expectRefusal(await retry(), 409, 'not_retryable');
    expectRefusal(await producer.caller.post(`/jobs/${queue}/${randomUUID()}/retry`), 404);
  });
});
