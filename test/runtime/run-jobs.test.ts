import { expect, test, vi } from 'vitest';
import { claimedJob, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

test('two hundred quick jobs run once each, and each is settled once', async () => {
  await using bridge = await scriptedBridge();
  const runs = new Map<string, number>();
  const count = job('count', async (ctx) => {
    runs.set(ctx.job.id, (runs.get(ctx.job.id) ?? 0) + 1);
    return { id: ctx.job.id };
  });
  await using _runtime = await startRuntime(bridge, [count]);
  const jobs = Array.from({ length: 200 }, () => claimedJob('count'));
  bridge.offer(...jobs);

  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(200), { timeout: 10_000 });
  expect(runs.size).toBe(200);
  expect([...runs.values()].every((times) => times === 1)).toBe(true);
  const outcomes = new Map(bridge.settled());
  for (const { id } of jobs) expect(outcomes.get(id)).toEqual({ type: 'completed', output: { id } });
});

test('never runs more jobs at once than it has slots, nor claims long ones that it has no slot for', async () => {
  await using bridge = await scriptedBridge();
  let running = 0;
  let most = 0;
  const slow = job('slow', async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 150));
    running -= 1;
  });
  await using _runtime = await startRuntime(bridge, [slow], { env: { WORKER_CONCURRENCY: '3' } });
  bridge.offer(...Array.from({ length: 9 }, () => claimedJob('slow')));

  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(9), { timeout: 10_000 });
  expect(most).toBe(3);
  expect(Math.max(...bridge.of('claim').map((call) => call.body.limit))).toBe(3);
});

test('settles that arrive together share a call, and a lone one is not delayed for company', async () => {
  await using bridge = await scriptedBridge();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const together = job('together', () => gate);
  const lone = job('lone', async () => undefined);
  await using _runtime = await startRuntime(bridge, [together, lone], { env: { WORKER_CONCURRENCY: '20' } });

  bridge.offer(...Array.from({ length: 20 }, () => claimedJob('together')));
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.running).toHaveLength(20));
  release();
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(20));
  expect(bridge.of('settle')).toHaveLength(1);

  bridge.offer(claimedJob('lone'));
  await vi.waitFor(() => expect(bridge.of('settle')).toHaveLength(2));
  const claimed = bridge.of('claim').at(-2);
  expect(bridge.of('settle')[1]!.at - claimed!.at).toBeLessThan(2_000);
});

test('a claim is confirmed by a heartbeat that names its lease, long before confirmSeconds have passed', async () => {
  await using bridge = await scriptedBridge({ heartbeatSeconds: 30, confirmSeconds: 5, leaseSeconds: 90 });
  const forever = job('forever', (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', reject)));
  await using _runtime = await startRuntime(bridge, [forever]);
  const offered = claimedJob('forever');
  await vi.waitFor(() => expect(bridge.of('heartbeat')).toHaveLength(1));
  const askedAt = performance.now();
  bridge.offer(offered);

  const names = () =>
    bridge.of('heartbeat').find(({ body }) => body.running.some((r: any) => r.lease === offered.lease));
  await vi.waitFor(() => expect(names()).toBeDefined(), { timeout: 5_000 });
  expect(names()!.at - askedAt).toBeLessThan(1_000);
});

test('a heartbeat carries status, usage and the latest progress of every job', async () => {
  await using bridge = await scriptedBridge();
  const steps = job('steps', async (ctx) => {
    ctx.progress(10);
    ctx.progress(250, 'half\u0000way');
    ctx.progress(Number.NaN);
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', reject));
  });
  await using _runtime = await startRuntime(bridge, [steps]);
  await vi.waitFor(() => expect(bridge.of('heartbeat').at(-1)?.body.status).toBe('idle'));
  bridge.offer(claimedJob('steps'));
  await vi.waitFor(() => {
    const { body } = bridge.of('heartbeat').at(-1)!;
    expect(body.status).toBe('busy');
    expect(body.running[0].progress).toEqual({ percent: 100, message: 'half\uFFFDway' });
    expect(body.usage.rssBytes).toBeGreaterThan(1_000_000);
    expect(body.usage.eventLoopLagMs).toBeGreaterThanOrEqual(0);
  });
});

test('a job that is prefetched and finds no slot in time goes back, so that an idle worker can have it', async () => {
  await using bridge = await scriptedBridge();
  const quick = job('quick', async () => undefined);
  const long = job('long', (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve)));
  await using runtime = await startRuntime(bridge, [quick, long], {
    env: { WORKER_CONCURRENCY: '1' },
    times: { patienceMs: 150 },
  });
  bridge.offer(claimedJob('quick'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  const [first, second] = [claimedJob('long'), claimedJob('long')];
  bridge.offer(first, second);

  await vi.waitFor(() => expect(new Map(bridge.settled()).get(second.id)).toMatchObject({ type: 'released' }));
  expect(new Map(bridge.settled()).has(first.id)).toBe(false);
  expect(runtime.checks.counts()).toEqual({ waiting: 0, running: 1, stuck: 0 });
});
