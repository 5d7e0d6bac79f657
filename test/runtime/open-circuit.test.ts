import { expect, test, vi } from 'vitest';
import { CIRCUITS } from '../../src/contract/circuits.ts';
import { createCircuits } from '../../src/process/circuits.ts';
import { claimedJob, refusal, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

test('an open circuit makes jobs wait unburnt, while heartbeats, claims and settles go on', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('POST /sick', () => refusal(500, 'internal'));
  const sick = job('sick', async (ctx) => {
    for (let call = 0; call < CIRCUITS.backend_api.failures; call += 1) {
      await ctx.api.post('/sick', {}).catch(() => undefined);
    }
    await ctx.api.post('/sick', {});
  });
  const healthy = job('healthy', async () => ({ fine: true }));
  const circuits = createCircuits();
  await using runtime = await startRuntime(bridge, [sick, healthy], { circuits });
  const [first, second, third] = [claimedJob('sick'), claimedJob('sick', { attempt: 4 }), claimedJob('healthy')];

  bridge.offer(first);
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  expect(bridge.of('POST /sick')).toHaveLength(CIRCUITS.backend_api.failures);
  expect(circuits.statuses()).toMatchObject([{ name: 'backend_api', state: 'open' }]);
  expect(runtime.checks.circuit().state).toBe('open');

  const beats = bridge.of('heartbeat').length;
  bridge.offer(second, third);
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(3));
  await vi.waitFor(() => expect(bridge.of('heartbeat').length).toBeGreaterThan(beats + 2));
  expect(bridge.of('POST /sick')).toHaveLength(CIRCUITS.backend_api.failures);

  const outcomes = new Map(bridge.settled());
  for (const { id } of [first, second]) {
    const { type, reason, delaySeconds } = outcomes.get(id);
    expect([type, reason]).toEqual(['released', expect.stringContaining('backend_api is open')]);
    expect(delaySeconds).toBeGreaterThan(50);
    expect(delaySeconds).toBeLessThanOrEqual(70);
  }
  expect(outcomes.get(third.id)).toEqual({ type: 'completed', output: { fine: true } });
});
