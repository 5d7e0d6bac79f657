import { expect, test, vi } from 'vitest';
import { claimedJob, heartbeatReply, refusal, scriptedBridge } from './support/scripted-bridge.ts';
import { abortOf, job, startRuntime } from './support/start-runtime.ts';

const noop = () => job('noop', async () => undefined);

test('a claim whose answer was lost is repeated under the same claimId, so that its jobs are not left lying', async () => {
  await using bridge = await scriptedBridge();
  bridge.next(
    'claim',
    () => 'cut',
    () => refusal(503, 'unavailable'),
    () => refusal(401, 'unauthorized'),
    () => refusal(500, 'internal'),
  );
  bridge.offer(claimedJob('noop'));
  await using _runtime = await startRuntime(bridge, [noop()]);

  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1), { timeout: 10_000 });
  const ids = bridge.of('claim').map((call) => call.body.claimId);
  expect(new Set(ids.slice(0, 5)).size).toBe(1);
  await vi.waitFor(() => expect(bridge.of('claim').length).toBeGreaterThan(5));
  expect(bridge.of('claim')[5]!.body.claimId).not.toBe(ids[0]);
});

test('a claim that is refused for good is not repeated: the next one is a new claim', async () => {
  await using bridge = await scriptedBridge();
  bridge.next('claim', () => refusal(422, 'validation_failed'));
  await using _runtime = await startRuntime(bridge, [noop()]);

  await vi.waitFor(() => expect(bridge.of('claim').length).toBeGreaterThan(1));
  const [first, second] = bridge.of('claim').map((call) => call.body.claimId);
  expect(second).not.toBe(first);
});

test('a replayed claim does not run a job twice that this worker holds already', async () => {
  await using bridge = await scriptedBridge();
  let runs = 0;
  const once = job('once', async (ctx) => {
    runs += 1;
    await abortOf(ctx);
  });
  await using runtime = await startRuntime(bridge, [once]);
  const offered = claimedJob('once');
  bridge.offer(offered);
  await vi.waitFor(() => expect(runs).toBe(1));
  bridge.offer(offered);
  await vi.waitFor(() => expect(runtime.logged('the bridge repeated jobs held already')).toHaveLength(1));
  expect(runs).toBe(1);
});

test('a bridge that answers "nothing" at once instead of parking the claim is not asked in a busy loop', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('claim', () => ({ status: 204 }));
  await using _runtime = await startRuntime(bridge, [noop()]);
  await vi.waitFor(() => expect(bridge.of('claim').length).toBeGreaterThan(3));
  const [first] = bridge.of('claim');
  await vi.waitFor(() => expect(bridge.of('claim').length).toBeGreaterThan(5), { timeout: 10_000 });
  const sixth = bridge.of('claim')[5]!;
  // Five pauses of 100, 200, 400, 800 and 1600 ms, each cut by up to half.
  expect(sixth.at - first!.at).toBeGreaterThan(1_000);
});

test('a bridge that asks for patience gets it', async () => {
  await using bridge = await scriptedBridge();
  bridge.next('claim', () => refusal(429, 'too_many_requests', { 'retry-after': '1' }));
  await using _runtime = await startRuntime(bridge, [noop()]);
  await vi.waitFor(() => expect(bridge.of('claim')).toHaveLength(2), { timeout: 5_000 });
  const [refused, second] = bridge.of('claim');
  expect(second!.at - refused!.at).toBeGreaterThan(950);
});

test('a worker that the bridge has forgotten registers again and goes on, from a claim and from a heartbeat', async () => {
  await using bridge = await scriptedBridge();
  await using _runtime = await startRuntime(bridge, [noop()]);
  await vi.waitFor(() => expect(bridge.of('heartbeat').length).toBeGreaterThan(0));
  expect(bridge.of('register')).toHaveLength(1);
  bridge.next('heartbeat', () => refusal(404, 'worker_unknown'));
  await vi.waitFor(() => expect(bridge.of('register')).toHaveLength(2));

  bridge.next('claim', () => refusal(404, 'worker_unknown'));
  bridge.offer(claimedJob('noop'));
  await vi.waitFor(() => expect(bridge.of('register')).toHaveLength(3), { timeout: 5_000 });
  bridge.offer(claimedJob('noop'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(2), { timeout: 5_000 });
});

test('a worker that starts before its API waits for it, and says so without ending', async () => {
  await using bridge = await scriptedBridge();
  await bridge.down();
  await using runtime = await startRuntime(bridge, [noop()]);
  await vi.waitFor(() => expect(runtime.logged('the bridge does not take this worker yet').length).toBeGreaterThan(1));
  expect(runtime.checks.ready().every(({ ok }) => ok)).toBe(false);
  await bridge.up();
  bridge.offer(claimedJob('noop'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1), { timeout: 10_000 });
  expect(runtime.checks.ready()).toMatchObject([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
});

test('a worker that the bridge will not have as it is says so and asks to be ended', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('register', () => refusal(409, 'protocol_unsupported'));
  await using runtime = await startRuntime(bridge, [noop()]);
  const end = await runtime.ended;
  expect(end).toMatchObject({ reason: 'refused', error: { message: expect.stringContaining('protocol_unsupported') } });
  expect(bridge.of('claim')).toHaveLength(0);
});

test('an operator who asks for a drain gets a worker that claims nothing, finishes what it has, and stays', async () => {
  await using bridge = await scriptedBridge();
  let finish = () => {};
  const long = job('long', () => new Promise<void>((resolve) => (finish = resolve)));
  await using runtime = await startRuntime(bridge, [long]);
  bridge.offer(claimedJob('long'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  await vi.waitFor(() => expect(bridge.of('claim')).toHaveLength(2));
  bridge.script('heartbeat', () => ({ status: 200, data: heartbeatReply({ directive: 'drain' }) }));

  await vi.waitFor(() => expect(bridge.of('claim')[1]!.closed).toBe(true));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.status).toBe('draining'));
  finish();
  await vi.waitFor(() => expect(bridge.settled()).toEqual([[expect.any(String), { type: 'completed' }]]));
  expect(runtime.checks.state()).toBe('quiet');
  expect(bridge.of('claim')).toHaveLength(2);

  bridge.script('heartbeat', undefined);
  await vi.waitFor(() => expect(bridge.of('claim').length).toBeGreaterThan(2));
  expect(runtime.checks.state()).toBe('running');
});
