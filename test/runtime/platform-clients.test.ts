import { expect, test, vi } from 'vitest';
import { createCircuits } from '../../src/process/circuits.ts';
import { claimedJob, refusal, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

test('a job reaches the backend with the worker’s own token and its attempt’s trace', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('GET /internal/accounts/7', () => ({ status: 200, data: { name: 'Heron' } }));
  const asking = job('asking', async ({ platform }) => ({
    account: await platform.backend.get('internal/accounts/7'),
  }));
  await using runtime = await startRuntime(bridge, [asking]);
  bridge.offer(claimedJob('asking'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  expect(bridge.settled()[0]?.[1]).toEqual({ type: 'completed', output: { account: { name: 'Heron' } } });
  const [call] = bridge.of('GET /internal/accounts/7');
  const { sub, type } = JSON.parse(Buffer.from(call!.token.split('.')[1]!, 'base64url').toString());
  expect({ sub, type }).toEqual({ sub: 'w1', type: 'worker' });
  await runtime.stop();
});

test('a job waits unburnt behind its provider’s open circuit, and as long as an API error says behind any other', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('POST /internal/ai/llm/complete', () => refusal(500, 'internal'));
  bridge.script('POST /reports', () => refusal(429, 'too_many_requests', { 'retry-after': '45' }));
  const prompt = { agentId: 'a', provider: 'openai', messages: [] };
  const thinking = job('thinking', async ({ platform }) => ({ ...(await platform.llm.complete(prompt)) }));
  const reporting = job('reporting', async ({ platform }) => ({ made: await platform.backend.post('reports') }));
  const circuits = createCircuits();
  await using _ = await startRuntime(bridge, [thinking, reporting], { circuits });
  const run = async (name: string) => {
    const { id } = claimedJob(name);
    bridge.offer(claimedJob(name, { id }));
    return vi.waitFor(() => {
      const outcome = new Map(bridge.settled()).get(id);
      expect(outcome).toBeDefined();
      return outcome;
    });
  };
  for (let call = 0; call < 5; call += 1)
    expect(await run('thinking')).toMatchObject({ type: 'failed', retryInSeconds: 30 });
  expect(await run('thinking')).toMatchObject({
    type: 'released',
    reason: expect.stringContaining('ai_provider_openai'),
  });
  expect(await run('reporting')).toMatchObject({ type: 'failed', retryInSeconds: 45 });
  expect(circuits.statuses()).toMatchObject([{ name: 'backend_api', state: 'closed' }, { state: 'open' }]);
});

test('a call to the backend ends when its job is cancelled', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('GET /slow', () => 'hold');
  let ended: any;
  const slow = job('slow', async ({ platform }) => {
    await platform.backend.get('slow').catch((error: unknown) => (ended = error));
  });
  await using _ = await startRuntime(bridge, [slow]);
  const claimed = claimedJob('slow');
  bridge.offer(claimed);
  await vi.waitFor(() => expect(bridge.of('GET /slow')).toHaveLength(1));
  bridge.script('heartbeat', () => ({
    status: 200,
    data: { directive: 'continue', lost: [], cancelled: [claimed.id], leaseExpiresAt: new Date().toISOString() },
  }));
  await vi.waitFor(() => expect(ended).toMatchObject({ name: 'ApiError', code: 'aborted' }));
});
