import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { callerAs, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { type Stack, startStack, startWorker } from './support/real-stack.ts';

let stack: Stack;
let other: Api;
beforeAll(async () => {
  // Heartbeats are too far apart to be what tells of a cancel.
  const env = { HEARTBEAT_SECONDS: '20', LEASE_SECONDS: '60', CONFIRM_SECONDS: '5' };
  stack = await startStack(env);
  other = await startApi({
    databaseUrl: stack.api.databaseUrl,
    env: { ...env, WORKER_SERVICE_TOKEN: stack.api.secret },
  });
});
afterAll(async () => {
  await other.stop();
  await stack.stop();
});

/** Runs jobs until they are aborted, and knows when each was. */
function holding() {
  const running = new Set<string>();
  const abortedAtMs = new Map<string, number>();
  const handler = (ctx: any) =>
    new Promise((_, reject) => {
      running.add(ctx.job.id);
      ctx.signal.addEventListener('abort', () => {
        abortedAtMs.set(ctx.job.id, performance.now());
        reject(new Error('stopped', { cause: ctx.signal.reason }));
      });
    });
  return { running, abortedAtMs, handler };
}

async function cancelAll(api: Api, count: number) {
  const { running, abortedAtMs, handler } = holding();
  await using _worker = await startWorker(stack.api, handler, { WORKER_CONCURRENCY: '40' });
  const ids = await Promise.all(Array.from({ length: count }, () => stack.enqueue()));
  const canceller = callerAs(api, 'producer', 'canceller');
  const tookMs: number[] = [];
  const waiting = new Set(ids);
  while (waiting.size > 0) {
    const id = await until('a running job', 20_000, async () => [...waiting].find((each) => running.has(each)));
    waiting.delete(id);
    const askedAtMs = performance.now();
    expectData(await canceller.post(`/jobs/reports/${id}/cancel`, {}), 200);
    await until(`the abort of ${id}`, 20_000, async () => abortedAtMs.has(id));
    tookMs.push(abortedAtMs.get(id)! - askedAtMs);
  }
  return tookMs.toSorted((a, b) => a - b);
}

const at = (sorted: number[], share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1]!);

describe('a cancel reaches the running handler within a second (p99)', { timeout: 120_000 }, () => {
  it.each<[string, () => Api, number]>([
    ['through the replica that the worker speaks to', () => stack.api, 150],
    ['through another replica', () => other, 150],
  ])('%s', async (what, api, count) => {
    const tookMs = await cancelAll(api(), count);
    console.log(`cancel ${what}: ${count} cancels, p50 ${at(tookMs, 0.5)} ms, p99 ${at(tookMs, 0.99)} ms`);
    expect(tookMs).toHaveLength(count);
    expect(at(tookMs, 0.99)).toBeLessThan(1_000);
  });
});

it('a directive is heard at once, through another replica too', async () => {
  const { handler } = holding();
  const id = `w-directed-${process.pid}`;
  await using worker = await startWorker(stack.api, handler, { WORKER_ID: id });
  await until('a registration', 10_000, async () => worker.checks.state() === 'running');
  const askedAtMs = performance.now();
  const answer = await callerAs(other, 'operator', 'tests').post(`/workers/${id}/drain`, {});
  expectData(answer, 200);
  await until('the drain', 10_000, async () => worker.checks.state() === 'quiet');
  expect(performance.now() - askedAtMs).toBeLessThan(3_000);
});

it('a bridge that does not know the route is asked once a minute, and the work goes on', async () => {
  const { scriptedBridge } = await import('./support/scripted-bridge.ts');
  const { job, startRuntime } = await import('./support/start-runtime.ts');
  await using bridge = await scriptedBridge();
  await using _runtime = await startRuntime(bridge, [job('any', async () => undefined)]);
  await until('heartbeats', 10_000, async () => bridge.of('heartbeat').length > 10);
  expect(bridge.calls.filter(({ route }) => route.endsWith('/signals'))).toHaveLength(1);
});
