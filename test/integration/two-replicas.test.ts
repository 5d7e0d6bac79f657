import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { createProducer, createWorker } from '../wire/support/actors.ts';
import { callerAs } from '../wire/support/client.ts';
import { pause, until } from '../wire/support/until.ts';

const SHARED = {
  WORKER_SERVICE_TOKEN: `${randomUUID()}${randomUUID()}`,
  LEASE_SECONDS: '2',
  CONFIRM_SECONDS: '1',
  HEARTBEAT_SECONDS: '0.5',
};

let database: TestDatabase;
let one: Api;
let two: Api;

beforeAll(async () => {
  database = await createDatabase();
  one = await startApi({ databaseUrl: database.url, env: SHARED });
  two = await startApi({ databaseUrl: database.url, env: SHARED });
}, 60_000);

afterAll(async () => {
  await one.stop();
  await two.stop();
  await database.drop();
});

describe('two replicas on one database', () => {
  it('do not take a job away whose claim went to one and whose heartbeats go to the other', async () => {
    const queue = 'devops_default';
    const worker = await createWorker(one, [queue]);
    const producer = createProducer(one);
    const id = await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    const other = callerAs(two, 'worker', worker.id);
    const until_ = performance.now() + 5_000;
    // Longer than two leases, which is the promise under test.
    while (performance.now() < until_) {
      const beat = await other.post(`${worker.path}/heartbeat`, {
        status: 'busy',
        running: [{ jobId: id, lease: job.lease }],
      });
      expect(beat.data).toMatchObject({ lost: [], cancelled: [] });
      await pause(400);
    }
    expect((await producer.view(queue, id)).attempts).toHaveLength(1);
    const done = await other.post(`${worker.path}/complete/${id}`, { lease: job.lease, output: { at: 'two' } });
    expect(done.data).toEqual({ verdict: 'accepted', state: 'completed' });
    const again = await worker.complete(job, { at: 'one' });
    expect(again.data).toMatchObject({ verdict: 'already-accepted' });
  });

  it('replay a claim whose answer the other one sent', async () => {
    const queue = 'devops_high';
    const worker = await createWorker(one, [queue]);
    await createProducer(one).enqueue(queue);
    const claimId = randomUUID();
    const first = await worker.claim({ claimId, queues: [queue] });
    const second = await callerAs(two, 'worker', worker.id).post(`${worker.path}/claim`, { claimId, queues: [queue] });
    expect(second.data.jobs).toHaveLength(1);
    expect(second.data.jobs[0]).toMatchObject({ id: first[0]?.id, lease: first[0]?.lease, attempt: 1 });
  });

  it('wake a claim that is parked at the other one', async () => {
    const queue = 'ai_agents';
    const worker = await createWorker(one, [queue]);
    const parked = worker.claim({ queues: [queue], waitSeconds: 10 });
    await pause(300);
    const startedAt = performance.now();
    const id = await createProducer(two).enqueue(queue);
    expect((await parked)[0]?.id).toBe(id);
    expect(performance.now() - startedAt).toBeLessThan(900);
  });

  it('fire a drain that one was told at the worker that beats at the other', async () => {
    const queue = 'ai_testing';
    const worker = await createWorker(one, [queue]);
    expect((await callerAs(two, 'operator', 'o').post(`${worker.path}/drain`, { leave: 'stop' })).status).toBe(200);
    await until('the directive', 5_000, async () => {
      const beat = await worker.caller.post(`${worker.path}/heartbeat`, { status: 'idle', running: [] });
      return beat.data.directive === 'stop';
    });
  });

  it('take over the jobs of a worker that fell silent together with its replica', async () => {
    const queue = 'mcp';
    const worker = await createWorker(one, [queue]);
    const producer = createProducer(two);
    const id = await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    await worker.beat([job]);
    // The worker's words are written in bulk about once a second.
    await until('its last words to be written', 5_000, async () => {
      const seen = await callerAs(two, 'operator', 'o').get(worker.path);
      return seen.data.running.length === 1;
    });
    await one.kill9();
    const heir = await createWorker(two, [queue]);
    const [again] = await heir.claim({ queues: [queue], waitSeconds: 10 });
    expect(again).toMatchObject({ id, attempt: 2 });
    const late = await callerAs(two, 'worker', worker.id).post(`${worker.path}/complete/${id}`, { lease: job.lease });
    expect([late.status, late.body.code]).toEqual([409, 'superseded']);
    await one.restart();
  });
});
