import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { callerAs, type Caller, expectData, expectRefusal, faultPaths } from './support/client.ts';
import { until } from './support/until.ts';

let api: Api;
let operator: Caller;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

beforeAll(async () => {
  api = await startApi({ env: { OFFLINE_SECONDS: '3' } });
  operator = callerAs(api, 'operator', 'ops');
  producer = createProducer(api);
});
afterAll(() => api.stop());

const about = { hostname: 'h', pid: 1, version: '1.0.0', protocol: 1, queues: ['email'], concurrency: 5 };
const statusOf = async (id: string) => {
  const data = expectData(await operator.get(`/workers/${id}`), 200);
  return (data.worker ?? data).status;
};

// Beats may be written in bulk, a moment after they were answered.
const becomes = (id: string, status: string) =>
  until(`the status ${status}`, 8_000, async () => (await statusOf(id)) === status);

describe.concurrent('registration', () => {
  it('answers with the worker, the intervals and the protocol', async () => {
    const id = `w-${randomUUID()}`;
    const data = expectData(await callerAs(api, 'worker', id).post('/workers/register', { ...about, id }), 201);
    expect(data).toMatchObject({
      worker: { id, status: 'idle' },
      intervals: { heartbeatSeconds: 4, claimWaitSeconds: 25, confirmSeconds: 5, leaseSeconds: 12 },
      protocol: 1,
    });
  });

  it('takes a registration without id and labels, and one with them', async () => {
    const caller = callerAs(api, 'worker', `w-${randomUUID()}`);
    expectData(await caller.post('/workers/register', about), 201);
    expectData(await caller.post('/workers/register', { ...about, labels: { gpu: 'no' } }), 201);
  });

  it('refuses another protocol with 409 and says which it speaks', async () => {
    const caller = callerAs(api, 'worker', 'w');
    for (const protocol of [0, 2, 99]) {
      const answer = await caller.post('/workers/register', { ...about, protocol });
      expectRefusal(answer, 409, 'protocol_unsupported');
      expect(answer.text).toMatch(/\b1\b/);
    }
  });

  it.each(['hostname', 'pid', 'version', 'protocol', 'queues', 'concurrency'] as const)(
    'refuses a registration without %s and names it',
    async (field) => {
      const { [field]: _left, ...rest } = about;
      const answer = await callerAs(api, 'worker', 'w').post('/workers/register', rest);
      expectRefusal(answer, 422);
      expect(faultPaths(answer)).toContain(field);
    },
  );

  it.each([
    { queues: 'email' },
    { queues: [7] },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { pid: 'one' },
    { labels: { a: 1 } },
    { hostname: 'a\u0000b' },
    { hostname: '\ud800' },
    { labels: { 'a\u0000': 'b' } },
  ])('refuses %j', async (fault) => {
    expectRefusal(await callerAs(api, 'worker', 'w').post('/workers/register', { ...about, ...fault }), 422);
  });
});

describe.concurrent('the life of a worker', () => {
  it('is shown to operators, alone and among the others', async () => {
    const worker = await createWorker(api, ['email', 'reports']);
    const { workers } = expectData(await operator.get('/workers'), 200);
    expect(workers.map((each: { id: string }) => each.id)).toContain(worker.id);
    expect(await statusOf(worker.id)).toBe('idle');
    expectRefusal(await operator.get(`/workers/w-${randomUUID()}`), 404);
  });

  it('becomes busy, idle and offline as it beats, and comes back with a beat', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    await worker.beat([job]);
    await becomes(worker.id, 'busy');
    expectData(await worker.complete(job), 200);
    await worker.beat();
    await becomes(worker.id, 'idle');
    await becomes(worker.id, 'offline');
    await worker.beat();
    await becomes(worker.id, 'idle');
  });

  it('hears when its leases end, later with every beat', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    const first = await worker.beat([job]);
    expect(first).toMatchObject({
      directive: 'continue',
      lost: [],
      cancelled: [],
      leaseExpiresAt: expect.stringMatching(TIME),
    });
    expect(Date.parse(job.leaseExpiresAt)).toBeGreaterThan(Date.now());
    const second = await worker.beat([job]);
    expect(Date.parse(second.leaseExpiresAt)).toBeGreaterThan(Date.parse(first.leaseExpiresAt));
    await worker.complete(job);
  });

  it('lists a malformed, a foreign and a settled lease in lost, and keeps the good one', async () => {
    const queue = nextQueue();
    const [worker, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    for (let n = 0; n < 3; n++) await producer.enqueue(queue);
    const [kept, settled, foreign] = [
      await worker.claimOne(queue),
      await worker.claimOne(queue),
      await other.claimOne(queue),
    ];
    await worker.complete(settled);
    const { lost } = await worker.beat([
      kept,
      settled,
      foreign,
      { ...kept, id: 'no-uuid', lease: 'no lease' },
      { ...kept, id: randomUUID() },
    ]);
    expect(lost).toEqual(expect.arrayContaining([foreign.id, settled.id, 'no-uuid']));
    expect(lost).not.toContain(kept.id);
    expectData(await worker.complete(kept), 200);
    expectData(await other.complete(foreign), 200);
  });

  it.each([
    { running: [] },
    { status: 'asleep', running: [] },
    { status: 'offline', running: [] },
    { status: 'idle' },
    { status: 'idle', running: [7] },
    { status: 'idle', running: [{ jobId: 'x' }] },
    { status: 'busy', running: [{ jobId: 'x', lease: 'y', progress: { percent: 101 } }] },
    { status: 'idle', running: [], usage: { rssBytes: 'many' } },
  ])('refuses the beat %j', async (beat) => {
    const worker = await createWorker(api, ['email']);
    expectRefusal(await worker.caller.post(`${worker.path}/heartbeat`, beat), 422);
  });

  it('reports its usage', async () => {
    const worker = await createWorker(api, ['email']);
    const usage = { rssBytes: 1e9, cpuPercent: 12.5, eventLoopLagMs: 3 };
    expectData(await worker.caller.post(`${worker.path}/heartbeat`, { status: 'idle', running: [], usage }), 200);
    await until('the usage in the view', 5_000, async () =>
      (await operator.get(`/workers/${worker.id}`)).text.includes('1000000000'),
    );
  });

  it('is told worker_unknown before it registers and after it left', async () => {
    const caller = callerAs(api, 'worker', 'never-seen');
    const left = await createWorker(api, ['email']);
    expect((await left.caller.delete(left.path)).status).toBe(204);
    for (const [who, path] of [
      [caller, '/workers/never-seen'],
      [left.caller, left.path],
    ] as const) {
      expectRefusal(await who.post(`${path}/claim`, {}), 404, 'worker_unknown');
      expectRefusal(await who.post(`${path}/heartbeat`, { status: 'idle', running: [] }), 404, 'worker_unknown');
      expectRefusal(await who.post(`${path}/drain`), 404, 'worker_unknown');
    }
    expectData(await left.register(), 201);
    expect((await left.beat()).directive).toBe('continue');
  });
});
