import { expect, test, vi } from 'vitest';
import { claimedJob, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

test('runs no more of one job at once than its definition lets a worker, and others pass those that wait', async () => {
  await using bridge = await scriptedBridge();
  let running = 0;
  let most = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const narrow = {
    ...job('narrow', async () => {
      most = Math.max(most, (running += 1));
      await gate;
      running -= 1;
    }),
    concurrency: { perWorker: 2 },
  };
  const other = job('other', async () => undefined);
  await using _runtime = await startRuntime(bridge, [narrow, other], { env: { WORKER_CONCURRENCY: '6' } });

  const [first, second, third] = [claimedJob('narrow'), claimedJob('narrow'), claimedJob('narrow')];
  const free = claimedJob('other');
  bridge.offer(first, second, third, free);
  await vi.waitFor(() => expect(bridge.settled().map(([id]) => id)).toEqual([free.id]), { timeout: 10_000 });
  expect(running).toBe(2);
  release();
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(4), { timeout: 10_000 });
  expect(most).toBe(2);
});
