import { z } from 'zod';
import { expect, test, vi } from 'vitest';
import { NonRetryable, Release, RetryAfter } from '../../src/jobs/index.ts';
import { claimedJob, refusal, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime, type Handler } from './support/start-runtime.ts';

async function outcomeOf(handler: Handler, facts = {}, choices = {}): Promise<any> {
  await using bridge = await scriptedBridge();
  bridge.script('GET /worker/things', () => refusal(503, 'unavailable', { 'retry-after': '240' }));
  await using _runtime = await startRuntime(bridge, [job('the-job', handler, choices)]);
  bridge.offer(claimedJob('the-job', facts));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1), { timeout: 5_000 });
  return bridge.settled()[0]![1];
}

test('a payload that its schema refuses fails for good, and the handler never sees it', async () => {
  let ran = false;
  const handler = async () => void (ran = true);
  const payload = z.object({ width: z.number(), list: z.array(z.string()) });
  const outcome = await outcomeOf(handler, { payload: { width: 'x', list: [1] } }, { payload });
  expect(outcome).toMatchObject({ type: 'failed', retry: false, error: { code: 'invalid_payload' } });
  expect(outcome.error.message).toMatch(/payload\.width: .*payload\.list\.0: /s);
  expect(ran).toBe(false);
});

test('a handler gets the payload as its schema parsed it, with defaults filled in', async () => {
  const payload = z.object({ size: z.number().default(300) });
  const outcome = await outcomeOf(async (_, { size }) => ({ size }), { payload: {} }, { payload });
  expect(outcome).toEqual({ type: 'completed', output: { size: 300 } });
});

test('a job that this worker does not know fails with a retry, because a newer worker may know it', async () => {
  const outcome = await outcomeOf(async () => undefined, { name: 'from.the.future' });
  expect(outcome).toMatchObject({ type: 'failed', error: { code: 'unknown_job' } });
  expect(outcome).not.toHaveProperty('retry');
});

test('thrown, rejected, released, delayed and refused all become what they mean', async () => {
  const thrown = await outcomeOf(() => {
    throw new TypeError('at once');
  });
  expect(thrown).toMatchObject({ type: 'failed', error: { name: 'TypeError', message: 'at once' } });
  expect(thrown.error.stack).toContain('outcomes-of-runs');
  expect(await outcomeOf(() => Promise.reject(new NonRetryable('no')))).toMatchObject({ retry: false });
  expect(await outcomeOf(() => Promise.reject(new RetryAfter(12, 'later')))).toMatchObject({ retryInSeconds: 12 });
  expect(await outcomeOf(() => Promise.reject(new Release('full', 3)))).toEqual({
    type: 'released',
    reason: 'full',
    delaySeconds: 3,
  });
});

test('an API that answers a job with 503 makes it wait as long as it asked, and longer by attempt', async () => {
  const reads: Handler = async (ctx) => ({ thing: await ctx.api.get('/worker/things') });
  expect(await outcomeOf(reads)).toMatchObject({ type: 'failed', retryInSeconds: 240, error: { code: 'unavailable' } });
  expect(await outcomeOf(reads, { attempt: 4 })).toMatchObject({ retryInSeconds: 300 });
});

test('a job whose attempts are to be logged carries its id, attempt and worker in every line', async () => {
  await using bridge = await scriptedBridge();
  const speaks = job('speaks', async (ctx) => ctx.log.info({ password: 'hunter2' }, 'said by the handler'));
  await using runtime = await startRuntime(bridge, [speaks]);
  const offered = claimedJob('speaks', { attempt: 3, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  bridge.offer(offered);
  await vi.waitFor(() => expect(runtime.logged('attempt ended')).toHaveLength(1));
  for (const text of ['attempt started', 'said by the handler', 'attempt ended']) {
    expect(runtime.logged(text)[0]).toMatchObject({
      job: offered.id,
      queue: 'default',
      jobName: 'speaks',
      attempt: 3,
      worker: 'w1',
      traceparent: offered.traceparent,
    });
  }
  expect(JSON.stringify(runtime.lines)).not.toMatch(/hunter2|token-|lease-/);
});
