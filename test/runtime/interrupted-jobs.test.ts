import { expect, test, vi } from 'vitest';
import { claimedJob, heartbeatReply, refusal, scriptedBridge, type Reply } from './support/scripted-bridge.ts';
import { abortOf, job, startRuntime } from './support/start-runtime.ts';

test('a job that takes longer than it may is aborted, and its late result does not count', async () => {
  await using bridge = await scriptedBridge();
  const reasons: any[] = [];
  const late = job('late', async (ctx) => {
    reasons.push(await abortOf(ctx));
    return { late: true };
  });
  await using _runtime = await startRuntime(bridge, [late]);
  bridge.offer(claimedJob('late', { timeoutSeconds: 0.1 }));

  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  expect(reasons[0].kind).toBe('timeout');
  expect(bridge.settled()[0]![1]).toMatchObject({ type: 'failed', error: { code: 'timeout' } });
  expect(bridge.settled()[0]![1]).not.toHaveProperty('retry');
});

test('a handler that ignores its signal is given up, its slot stays taken, and its result is refused', async () => {
  await using bridge = await scriptedBridge();
  let finish = () => {};
  const deaf = job('deaf', () => new Promise((resolve) => (finish = () => resolve({ too: 'late' }))));
  const next = job('next', async () => undefined);
  await using runtime = await startRuntime(bridge, [deaf, next], {
    env: { WORKER_CONCURRENCY: '1' },
    times: { graceMs: 50 },
  });
  bridge.offer(claimedJob('deaf', { timeoutSeconds: 0.1 }));

  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  expect(bridge.settled()[0]![1]).toMatchObject({ type: 'failed', error: { code: 'timeout' } });
  expect(runtime.checks.counts()).toEqual({ waiting: 0, running: 0, stuck: 1 });
  expect(runtime.checks.ready().find(({ name }) => name === 'slots')?.ok).toBe(false);

  bridge.offer(claimedJob('next'));
  const claims = bridge.of('claim').length;
  finish();
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(2));
  expect(bridge.of('claim').length).toBeGreaterThan(claims);
  expect(bridge.settled()[1]![1]).toEqual({ type: 'completed' });
  expect(runtime.checks.counts()).toEqual({ waiting: 0, running: 0, stuck: 0 });
});

for (const [word, list] of [
  ['cancelled', 'cancelled'],
  ['lost', 'lost'],
] as const) {
  test(`a job that the heartbeat says is ${word} is aborted at once, and nobody settles it`, async () => {
    await using bridge = await scriptedBridge();
    const reasons: any[] = [];
    const long = job('long', async (ctx) => {
      reasons.push(await abortOf(ctx));
      return { done: true };
    });
    await using runtime = await startRuntime(bridge, [long]);
    const offered = claimedJob('long');
    bridge.script('heartbeat', ({ body }) => {
      const ids = body.running.map((held: any) => held.jobId);
      return { status: 200, data: heartbeatReply({ [list]: ids }) };
    });
    bridge.offer(offered);

    await vi.waitFor(() => expect(reasons).toHaveLength(1));
    expect(reasons[0].kind).toBe(word);
    await vi.waitFor(() => expect(runtime.logged('nothing to settle')).toHaveLength(1));
    await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toEqual([]));
    expect(bridge.settled()).toEqual([]);
  });
}

test('heartbeats that fail for less than a lease stop no work', async () => {
  await using bridge = await scriptedBridge({ leaseSeconds: 3 });
  let interrupted = false;
  let finish = () => {};
  const steady = job('steady', (ctx) => {
    ctx.signal.addEventListener('abort', () => (interrupted = true));
    return new Promise((resolve) => (finish = () => resolve({ fine: true })));
  });
  await using _runtime = await startRuntime(bridge, [steady]);
  bridge.offer(claimedJob('steady'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  const faults: (() => Reply)[] = [
    () => 'cut',
    () => refusal(500, 'internal'),
    () => refusal(503, 'unavailable'),
    () => 'cut',
  ];
  bridge.next('heartbeat', ...faults);
  const before = bridge.of('heartbeat').length;

  await vi.waitFor(() => expect(bridge.of('heartbeat').length).toBeGreaterThan(before + faults.length), {
    timeout: 10_000,
  });
  expect(interrupted).toBe(false);
  finish();
  await vi.waitFor(() => expect(bridge.settled()[0]?.[1]).toEqual({ type: 'completed', output: { fine: true } }));
});

test('work is dropped when no renewal landed for a whole lease, and the job is given back unless it was done', async () => {
  await using bridge = await scriptedBridge({ leaseSeconds: 0.6 });
  const reasons = new Map<string, any>();
  const obedient = job('obedient', async (ctx) => {
    reasons.set('obedient', await abortOf(ctx));
    throw new Error('stopped half-way');
  });
  const done = job('done', async (ctx) => {
    reasons.set('done', await abortOf(ctx));
    return { done: true };
  });
  await using _runtime = await startRuntime(bridge, [obedient, done]);
  const [first, second] = [claimedJob('obedient'), claimedJob('done')];
  bridge.offer(first, second);
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(2));
  const silentSince = performance.now();
  bridge.script('heartbeat', () => 'hold');

  await vi.waitFor(() => expect(reasons.size).toBe(2), { timeout: 5_000 });
  expect(reasons.get('obedient').kind).toBe('lapsed');
  // Counted from a beat that was sent up to one beat before the silence began.
  expect(performance.now() - silentSince).toBeGreaterThan(400);
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(2));
  const outcomes = new Map(bridge.settled());
  expect(outcomes.get(first.id)).toMatchObject({ type: 'released' });
  expect(outcomes.get(second.id)).toEqual({ type: 'completed', output: { done: true } });
});

test('a lost lease does not abort the next attempt of the same job that this worker has claimed meanwhile', async () => {
  await using bridge = await scriptedBridge({ heartbeatSeconds: 1, confirmSeconds: 4, leaseSeconds: 9 });
  const aborted: number[] = [];
  const twice = job('twice', async (ctx) => {
    await abortOf(ctx);
    aborted.push(ctx.job.attempt);
  });
  await using _runtime = await startRuntime(bridge, [twice]);
  const first = claimedJob('twice');
  bridge.offer(first);
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  let answer = () => {};
  const arrived = new Promise<void>((resolve) => (answer = resolve));
  let asked = false;
  bridge.next('heartbeat', async () => {
    asked = true;
    await arrived;
    return { status: 200, data: heartbeatReply({ lost: [first.id] }) };
  });
  await vi.waitFor(() => expect(asked).toBe(true), { timeout: 5_000 });
  bridge.offer(claimedJob('twice', { id: first.id, attempt: 2 }));
  await vi.waitFor(() => expect(bridge.of('claim')).toHaveLength(3));
  answer();

  await vi.waitFor(() => expect(aborted).toEqual([1]));
  const beats = bridge.of('heartbeat').length;
  await vi.waitFor(() => expect(bridge.of('heartbeat').length).toBeGreaterThan(beats), { timeout: 5_000 });
  expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1);
  expect(aborted).toEqual([1]);
});
