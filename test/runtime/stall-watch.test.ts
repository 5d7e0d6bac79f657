import { expect, test, vi } from 'vitest';
import { claimedJob, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

const SLOW = { heartbeatSeconds: 4, leaseSeconds: 30, confirmSeconds: 20 };

function blockTheLoop(ms: number): number {
  const until = performance.now() + ms;
  let sum = 0;
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
  return sum;
}

test(
  'a handler that blocks the event loop is named among those that run beside it, with its place',
  { retry: 2 },
  async () => {
    await using bridge = await scriptedBridge(SLOW);
    const waits = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const patient = job('patient', () => waits(3_000));
    const blocking = job('blocking', async () => {
      await waits(1_000);
      blockTheLoop(2_000);
      await waits(1);
    });
    await using runtime = await startRuntime(bridge, [patient, blocking], { env: { WORKER_CONCURRENCY: '5' } });
    const culprit = claimedJob('blocking');
    bridge.offer(claimedJob('patient'), culprit, claimedJob('patient'), claimedJob('patient'));

    const told = () => runtime.lines.filter(({ stalledMs }) => stalledMs !== undefined);
    await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 10_000 });
    const [line] = told();
    expect(line).toMatchObject({ level: 'error', job: culprit.id, jobName: 'blocking', attempt: 1 });
    expect(line!['stalledMs']).toBeGreaterThan(1_500);
    expect(line!['where']).toMatch(/stall-watch\.test\.ts:\d+$/);
    expect([...runtime.checks.stalls()]).toEqual([['blocking', 1]]);
    await vi.waitFor(() => expect(bridge.settled()).toHaveLength(4), { timeout: 10_000 });
    expect(bridge.settled().every(([, { type }]) => type === 'completed')).toBe(true);
  },
);

test('handlers that keep the event loop turning are not named, however long they take', async () => {
  await using bridge = await scriptedBridge(SLOW);
  const busy = job('busy', async () => {
    for (let round = 0; round < 40; round += 1) {
      blockTheLoop(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  await using runtime = await startRuntime(bridge, [busy]);
  bridge.offer(claimedJob('busy'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1), { timeout: 15_000 });
  expect([...runtime.checks.stalls()]).toEqual([]);
});
