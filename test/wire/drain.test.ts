import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { callerAs, expectData, expectRefusal } from './support/client.ts';
import { pause } from './support/until.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('a drain', () => {
  it('gives no more jobs, keeps the running ones, and ends with a registration', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const running = await worker.claimOne(queue);
    await worker.beat([running]);
    await producer.enqueue(queue);
    expectData(await worker.caller.post(`${worker.path}/drain`), 200);
    expect((await worker.ask()).status).toBe(204);
    const asked = performance.now();
    expect((await worker.ask({ waitSeconds: 20 })).status).toBe(204);
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(await worker.beat([running], 'draining')).toMatchObject({ directive: 'drain', lost: [] });
    expectData(await worker.complete(running), 200);
    expectData(await worker.register(), 201);
    expect((await worker.beat()).directive).toBe('continue');
    expect(await worker.claim({ waitSeconds: 5 })).toHaveLength(1);
  });

  it('ends polls that are parked, and takes no job for them', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const parked = [worker.ask({ waitSeconds: 30 }), worker.ask({ waitSeconds: 30, queues: [queue] })];
    await pause(300); // lets the polls reach the server; arriving after the drain they would pass for another reason
    const asked = performance.now();
    expectData(await worker.caller.post(`${worker.path}/drain`), 200);
    for (const answer of await Promise.all(parked)) expect(answer.status).toBe(204);
    expect(performance.now() - asked).toBeLessThan(5_000);
    await producer.enqueue(queue);
    const other = await createWorker(api, [queue]);
    expect((await other.claimOne(queue)).attempt).toBe(1);
  });

  it('may be asked for by an operator, with no body or an empty one, and twice', async () => {
    const worker = await createWorker(api, [nextQueue()]);
    const operator = callerAs(api, 'operator', 'ops');
    expectData(await operator.post(`${worker.path}/drain`), 200);
    expectData(await operator.post(`${worker.path}/drain`, {}), 200);
    expect((await worker.beat()).directive).toBe('drain');
    const data = expectData(await operator.get(worker.path), 200);
    expect((data.worker ?? data).status).toBe('draining');
  });

  it('becomes a stop when an operator asks the worker to leave at once', async () => {
    const worker = await createWorker(api, [nextQueue()]);
    const operator = callerAs(api, 'operator', 'ops');
    expectData(await operator.post(`${worker.path}/drain`, { reason: 'it is on fire', leave: 'stop' }), 200);
    expect((await worker.beat()).directive).toBe('stop');
    expectRefusal(await operator.post(`${worker.path}/drain`, { leave: 'never' }), 422);
    expectData(await worker.register(), 201);
    expect((await worker.beat()).directive).toBe('continue');
  });
});

describe.concurrent('leaving', () => {
  it('gives the running jobs back at once, without burning an attempt, also the last one', async () => {
    const queue = nextQueue();
    const [leaving, staying] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    const ids = [await producer.enqueue(queue), await producer.enqueue(queue, { maxAttempts: 1 })];
    const jobs = [await leaving.claimOne(queue), await leaving.claimOne(queue)];
    await leaving.beat(jobs);
    const left = performance.now();
    expect((await leaving.caller.delete(leaving.path)).status).toBe(204);
    const again = [await staying.claimOne(queue), await staying.claimOne(queue)];
    expect(performance.now() - left).toBeLessThan(4_000);
    expect(again.map((job) => job.id).toSorted()).toEqual(ids.toSorted());
    expect(again.map((job) => job.attempt)).toEqual([1, 1]);
    // Settling needs no registration, so what refuses this is the lease and not the missing worker.
    expectRefusal(await leaving.complete(jobs[0]!), 409, 'superseded');
    for (const job of again) expectData(await staying.complete(job), 200);
  });

  it('ends its own parked polls without taking a job', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const parked = worker.ask({ waitSeconds: 30 });
    await pause(300); // lets the poll reach the server
    const left = performance.now();
    expect((await worker.caller.delete(worker.path)).status).toBe(204);
    expect([204, 404]).toContain((await parked).status);
    expect(performance.now() - left).toBeLessThan(5_000);
    await producer.enqueue(queue);
    expect((await (await createWorker(api, [queue])).claimOne(queue)).attempt).toBe(1);
  });

  it('may be done by an operator, and the second time finds nobody', async () => {
    const worker = await createWorker(api, [nextQueue()]);
    const operator = callerAs(api, 'operator', 'ops');
    expect((await operator.ask('DELETE', worker.path, { body: { reason: 'its machine is gone' } })).status).toBe(204);
    const { entries } = expectData(await callerAs(api, 'operator', 'auditor').get('/admin/audit'), 200);
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'worker.delete', target: worker.id, reason: 'its machine is gone' }),
    );
    expectRefusal(await operator.get(worker.path), 404);
    expect([204, 404]).toContain((await operator.delete(worker.path)).status);
  });
});
