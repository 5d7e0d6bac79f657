import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { claimedJob, heartbeatReply, scriptedBridge } from './support/scripted-bridge.ts';
import { abortOf, job, startRuntime } from './support/start-runtime.ts';

test('a stop ends the parked claim at once, says draining, lets what runs finish, and leaves', async () => {
  await using bridge = await scriptedBridge({ claimWaitSeconds: 25 });
  let finish = () => {};
  const long = job('long', () => new Promise((resolve) => (finish = () => resolve({ done: true }))));
  await using runtime = await startRuntime(bridge, [long]);
  const offered = claimedJob('long');
  bridge.offer(offered);
  await vi.waitFor(() => expect(bridge.of('claim')).toHaveLength(2));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));

  const stopped = runtime.stop();
  await vi.waitFor(() => expect(bridge.of('claim')[1]!.closed).toBe(true));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body).toMatchObject({ status: 'draining' }));
  expect(bridge.of('delete')).toHaveLength(0);
  // The lease is kept alive while the drain waits for its job.
  expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1);
  finish();
  await stopped;
  expect(bridge.settled()).toEqual([[offered.id, { type: 'completed', output: { done: true } }]]);
  expect(bridge.of('claim')).toHaveLength(2);
  expect(bridge.calls.at(-1)?.route).toBe('delete');
});

test('what has not ended at the deadline is aborted and given back without burning an attempt', async () => {
  await using bridge = await scriptedBridge();
  const reasons: any[] = [];
  const obedient = job('obedient', async (ctx) => {
    reasons.push(await abortOf(ctx));
    throw ctx.signal.reason;
  });
  const finisher = job('finisher', async (ctx) => {
    await abortOf(ctx);
    return { after: 'all' };
  });
  const deaf = job('deaf', () => new Promise(() => {}));
  await using runtime = await startRuntime(bridge, [obedient, finisher, deaf], { env: { DRAIN_SECONDS: '0.2' } });
  const jobs = ['obedient', 'finisher', 'deaf'].map((name) => claimedJob(name));
  bridge.offer(...jobs);
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(3));
  const askedAt = performance.now();
  await runtime.stop();

  expect(performance.now() - askedAt).toBeGreaterThan(190);
  expect(reasons[0].kind).toBe('shutdown');
  const outcomes = new Map(bridge.settled());
  expect(outcomes.get(jobs[0]!.id)).toMatchObject({ type: 'released' });
  expect(outcomes.get(jobs[1]!.id)).toEqual({ type: 'completed', output: { after: 'all' } });
  expect(outcomes.get(jobs[2]!.id)).toMatchObject({ type: 'released' });
  expect(bridge.of('delete')).toHaveLength(1);
});

test('a second wish to stop gives everything back at once, however long the drain may last', async () => {
  await using bridge = await scriptedBridge();
  const long = job('long', async (ctx) => {
    await abortOf(ctx);
    throw ctx.signal.reason;
  });
  await using runtime = await startRuntime(bridge, [long], { env: { DRAIN_SECONDS: '3600' } });
  bridge.offer(claimedJob('long'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  const stopped = runtime.stop();
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.status).toBe('draining'));
  expect(bridge.settled()).toEqual([]);
  runtime.hurry();
  await stopped;
  expect(bridge.settled()[0]?.[1]).toMatchObject({ type: 'released' });
});

test('prefetched jobs that wait for a slot are given back as soon as a stop begins', async () => {
  await using bridge = await scriptedBridge();
  const quick = job('quick', async () => undefined);
  let finish = () => {};
  const long = job('long', () => new Promise<void>((resolve) => (finish = resolve)));
  await using runtime = await startRuntime(bridge, [quick, long], {
    env: { WORKER_CONCURRENCY: '1' },
    times: { patienceMs: 60_000 },
  });
  bridge.offer(claimedJob('quick'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  const [first, second] = [claimedJob('long'), claimedJob('long')];
  bridge.offer(first, second);
  await vi.waitFor(() => expect(runtime.checks.counts()).toMatchObject({ waiting: 1, running: 1 }));
  const stopped = runtime.stop();
  await vi.waitFor(() => expect(new Map(bridge.settled()).get(second.id)).toMatchObject({ type: 'released' }));
  expect(new Map(bridge.settled()).has(first.id)).toBe(false);
  finish();
  await stopped;
  expect(new Map(bridge.settled()).get(first.id)).toEqual({ type: 'completed' });
});

test('a stop ends although the API is away, and although a handler never returns', async () => {
  await using bridge = await scriptedBridge();
  const deaf = job('deaf', () => new Promise(() => {}));
  await using runtime = await startRuntime(bridge, [deaf], { env: { DRAIN_SECONDS: '0.1' } });
  bridge.offer(claimedJob('deaf'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  await bridge.down();
  const askedAt = performance.now();
  await runtime.stop();
  expect(performance.now() - askedAt).toBeLessThan(3_000);
});

test('a stop before the first registration ends at once', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('register', () => 'hold');
  await using runtime = await startRuntime(bridge, []);
  await vi.waitFor(() => expect(bridge.of('register')).toHaveLength(1));
  await runtime.stop();
  expect(runtime.checks.state()).toBe('stopped');
  expect(bridge.of('delete')).toHaveLength(0);
});

test('an operator who asks a worker to leave at once gets just that', async () => {
  await using bridge = await scriptedBridge();
  const long = job('long', async (ctx) => {
    await abortOf(ctx);
    throw ctx.signal.reason;
  });
  await using runtime = await startRuntime(bridge, [long], { env: { DRAIN_SECONDS: '3600' } });
  bridge.offer(claimedJob('long'));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(1));
  bridge.script('heartbeat', () => ({ status: 200, data: heartbeatReply({ directive: 'stop' }) }));
  expect(await runtime.ended).toEqual({ reason: 'asked-to-stop' });
  await runtime.stop();
  expect(bridge.settled()[0]?.[1]).toMatchObject({ type: 'released' });
});

test('no temporary folder outlives its attempt, nor the process', async () => {
  await using bridge = await scriptedBridge();
  const folders: string[] = [];
  const failing = job('failing', async (ctx) => {
    folders.push(await ctx.workdir(), await ctx.workdir());
    throw new Error('no');
  });
  await using runtime = await startRuntime(bridge, [failing]);
  bridge.offer(claimedJob('failing'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  const [folder, again] = folders;
  expect(again).toBe(folder);
  await expect(access(folder!)).rejects.toThrow('ENOENT');
  const root = dirname(folder!);
  await expect(access(root)).resolves.toBeUndefined();
  await runtime.stop();
  await expect(access(root)).rejects.toThrow('ENOENT');
});
