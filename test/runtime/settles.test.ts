import { expect, test, vi } from 'vitest';
import { claimedJob, refusal, scriptedBridge, type Call } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

/** The settlements of one call, as `jobId: type`. */
const told = (call: Call) => call.body.settlements.map(({ jobId, outcome }: any) => `${jobId}: ${outcome.type}`);

test('a settle whose answer is lost is repeated word for word until there is a verdict', async () => {
  await using bridge = await scriptedBridge();
  bridge.next(
    'settle',
    () => 'cut',
    () => refusal(503, 'unavailable'),
    () => refusal(429, 'too_many_requests', { 'retry-after': '1' }),
    () => refusal(401, 'unauthorized'),
  );
  await using runtime = await startRuntime(bridge, [job('one', async () => ({ a: 1 }))]);
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(runtime.logged('settled')).toHaveLength(1), { timeout: 10_000 });
  const bodies = bridge.of('settle').map((call) => JSON.stringify(call.body));
  expect(bodies).toHaveLength(5);
  expect(new Set(bodies).size).toBe(1);
});

test('an outcome survives an API that is away for much longer than a lease', async () => {
  await using bridge = await scriptedBridge({ leaseSeconds: 0.3 });
  let finish = () => {};
  const long = job('long', () => new Promise((resolve) => (finish = () => resolve({ kept: true }))));
  await using _runtime = await startRuntime(bridge, [long]);
  bridge.offer(claimedJob('long'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  await bridge.down();
  finish();
  // Time is the very thing under test here: the API must stay away for several leases.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await bridge.up();
  await vi.waitFor(() => expect(bridge.settled().at(-1)?.[1]).toEqual({ type: 'completed', output: { kept: true } }), {
    timeout: 15_000,
  });
});

test('one settlement that the bridge refuses does not hold up the others of its batch', async () => {
  await using bridge = await scriptedBridge();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const poison = claimedJob('gated');
  const healthy = Array.from({ length: 6 }, () => claimedJob('gated'));
  bridge.script('settle', ({ body }) => {
    const bad = body.settlements.some((s: any) => s.jobId === poison.id && s.outcome.type === 'completed');
    if (bad) return refusal(422, 'validation_failed');
    const results = body.settlements.map(({ jobId }: any) => ({ jobId, verdict: 'accepted' }));
    return { status: 200, data: { results } };
  });
  await using runtime = await startRuntime(bridge, [job('gated', () => gate)], { env: { WORKER_CONCURRENCY: '7' } });
  bridge.offer(...healthy.slice(0, 3), poison, ...healthy.slice(3));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(7));
  release();

  await vi.waitFor(() => expect(runtime.logged('settled')).toHaveLength(7));
  const outcomes = new Map(bridge.settled());
  for (const { id } of healthy) expect(outcomes.get(id)).toEqual({ type: 'completed' });
  expect(outcomes.get(poison.id)).toMatchObject({
    type: 'failed',
    retry: false,
    error: { code: 'settlement_refused' },
  });
});

test('a settlement that the bridge stumbles over with 500 is parted from the others, which settle', async () => {
  await using bridge = await scriptedBridge();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const poison = claimedJob('gated');
  const healthy = [claimedJob('gated'), claimedJob('gated'), claimedJob('gated')];
  bridge.script('settle', ({ body }) => {
    if (body.settlements.some((s: any) => s.jobId === poison.id)) return refusal(500, 'internal');
    const results = body.settlements.map(({ jobId }: any) => ({ jobId, verdict: 'accepted' }));
    return { status: 200, data: { results } };
  });
  await using runtime = await startRuntime(bridge, [job('gated', () => gate)], { env: { WORKER_CONCURRENCY: '4' } });
  bridge.offer(poison, ...healthy);
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(4));
  release();
  await vi.waitFor(() => expect(runtime.logged('settled')).toHaveLength(3), { timeout: 10_000 });
  await vi.waitFor(() => {
    const held = bridge.of('heartbeat').at(-1)?.body.running;
    expect(held.map(({ jobId }: any) => jobId)).toEqual([poison.id]);
  });
});

test('an output that cannot cross the wire fails its own job with a clear code and spoils no batch', async () => {
  await using bridge = await scriptedBridge();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const outputs: Record<string, unknown> = {
    circle,
    array: [1, 2],
    text: 'plain',
    bigint: { n: 1n },
    nul: { text: 'a\u0000b' },
    surrogate: { text: '\uD800' },
    large: { text: 'x'.repeat(300_000) },
    wide: { text: '€'.repeat(100_000) },
  };
  await using _runtime = await startRuntime(bridge, [job('odd', async (_, { of }) => outputs[of])], {
    env: { WORKER_CONCURRENCY: '8' },
  });
  const jobs = Object.keys(outputs).map((of) => claimedJob('odd', { payload: { of } }));
  bridge.offer(...jobs);
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(jobs.length));
  const codes = jobs.map(({ id }) => {
    const outcome = new Map(bridge.settled()).get(id);
    expect(outcome).toMatchObject({ type: 'failed', retry: false });
    return outcome.error.code;
  });
  expect(codes.slice(0, 6)).toEqual(Array(6).fill('invalid_output'));
  expect(codes.slice(6)).toEqual(['output_too_large', 'output_too_large']);
});

test('many large outputs at once are told in bodies that the bridge accepts', async () => {
  await using bridge = await scriptedBridge();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const large = job('large', async () => {
    await gate;
    return { text: 'x'.repeat(200_000) };
  });
  await using _runtime = await startRuntime(bridge, [large], { env: { WORKER_CONCURRENCY: '20' } });
  bridge.offer(...Array.from({ length: 20 }, () => claimedJob('large')));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(20));
  release();
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(20));
  for (const call of bridge.of('settle')) expect(JSON.stringify(call.body).length).toBeLessThan(2 * 1024 * 1024);
});

test('a verdict that the attempt was superseded ends it: nothing is told again', async () => {
  await using bridge = await scriptedBridge();
  bridge.next('settle', ({ body }) => ({
    status: 200,
    data: { results: body.settlements.map(({ jobId }: any) => ({ jobId, verdict: 'superseded' })) },
  }));
  await using runtime = await startRuntime(bridge, [job('one', async () => undefined)]);
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(runtime.logged('the attempt was no longer ours to settle')).toHaveLength(1));
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(bridge.of('settle')).toHaveLength(2));
  expect(told(bridge.of('settle')[1]!)).not.toEqual(told(bridge.of('settle')[0]!));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toEqual([]));
});

test('answers that do not match what was sent are no verdict', async () => {
  await using bridge = await scriptedBridge();
  bridge.next(
    'settle',
    () => ({ status: 200, data: { results: [] } }),
    () => ({ status: 200, data: { results: [{ jobId: 'another', verdict: 'accepted' }] } }),
  );
  await using runtime = await startRuntime(bridge, [job('one', async () => undefined)]);
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(runtime.logged('settled')).toHaveLength(1), { timeout: 5_000 });
  expect(bridge.of('settle')).toHaveLength(3);
});

test('an outcome that nobody will ever take is not kept for ever', async () => {
  await using bridge = await scriptedBridge({ leaseSeconds: 0.2, heartbeatSeconds: 0.1 });
  bridge.script('settle', () => refusal(503, 'unavailable'));
  await using runtime = await startRuntime(bridge, [job('one', async () => undefined)], {
    times: { keepOutcomeMs: 300 },
  });
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(bridge.of('settle').length).toBeGreaterThan(0));
  bridge.script('heartbeat', () => refusal(503, 'unavailable'));
  const text = 'an outcome could not be told: the job will be offered again';
  await vi.waitFor(() => expect(runtime.logged(text)).toHaveLength(1), { timeout: 15_000 });
});
