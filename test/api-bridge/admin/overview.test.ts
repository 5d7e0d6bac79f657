import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUp } from '../../../src/api-bridge/admin/rollups/rollup-service.ts';
import { createThroughput } from '../../../src/api-bridge/admin/throughput.ts';
import type { Overview } from '../../../src/contract/operator.ts';
import { readOverview } from '../../../src/contract/routes/operators.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { SECRET, startOperatorBridge, type OperatorBridge } from '../operators/operator-bridge.ts';
import { seedAttempt, seedJob, seedWorker } from './seed-jobs.ts';

let bridge: OperatorBridge;
let overview: Overview;
const viewer = createTokenSource(SECRET, { type: 'operator', sub: 'eve', role: 'viewer' });

beforeAll(async () => {
  bridge = await startOperatorBridge();
  const { pool } = bridge;
  await seedJob(pool, { startAgo: 90 });
  await seedJob(pool, { startAgo: 30 });
  await seedJob(pool, { startAgo: -600 });
  await seedJob(pool, { startAgo: 300, blocked: true });
  await seedJob(pool, { state: 'retry', startAgo: -5 });
  await seedJob(pool, { state: 'active', startedAgo: 3 });
  await seedJob(pool, { state: 'completed', endedAgo: 3 });
  await seedJob(pool, { state: 'failed', endedAgo: 3, queue: 'email' });
  await seedJob(pool, { state: 'cancelled', endedAgo: 3, queue: 'email' });
  await seedJob(pool, { queue: 'dead_letter' });
  await pool.query(`SELECT pgboss.create_queue('foreign', '{"policy": "standard"}')`);
  await seedJob(pool, { queue: 'foreign' });
  await seedWorker(pool, 'w1', []);
  await seedWorker(pool, 'w2', [], 'offline');
  await seedAttempt(pool, { settledAgo: 30 });
  await seedAttempt(pool, { settledAgo: 30, outcome: 'released', state: 'created' });
  await seedAttempt(pool, { settledAgo: 30, outcome: 'failed', state: 'retry', error: { message: 'again' } });
  await seedAttempt(pool, { settledAgo: 35, outcome: 'lost', state: 'failed' });
  await seedAttempt(pool, { settledAgo: 3000, outcome: 'failed', error: { message: 'no such file', code: 'enoent' } });
  await seedAttempt(pool, { settledAgo: 4000 });
  overview = (await bridge.client.call(readOverview, { token: await viewer() })).data;
});
afterAll(() => bridge.stop());

describe('the overview', () => {
  it('counts each job once, in the words of people, and leaves dead letters and foreign queues apart', () => {
    expect(overview.counts).toEqual({
      ready: 2,
      waiting: 2,
      retry: 1,
      active: 1,
      completed: 1,
      failed: 1,
      cancelled: 1,
    });
    expect(overview.deadLetters).toBe(1);
    expect(overview.estimated).toBe(false);
  });

  it('names every declared queue, the empty ones too, and how long the oldest due job waits', () => {
    expect(overview.queues).toHaveLength(34);
    const queue = (name: string) => overview.queues.find((each) => each.name === name);
    expect(queue('default')?.oldestReadySeconds).toBeGreaterThanOrEqual(90);
    expect(queue('default')?.oldestReadySeconds).toBeLessThan(120);
    expect(queue('critical')).toMatchObject({ ready: 0, weight: 3, oldestReadySeconds: null });
    expect(queue('email')).toMatchObject({ failed: 1, cancelled: 1 });
  });

  it('shows sixty minutes without a gap, and releases as neither success nor failure', () => {
    const { throughput } = overview;
    expect(throughput).toHaveLength(60);
    const times = throughput.map((minute) => Date.parse(minute.at));
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === 60_000)).toBe(true);
    const sum = (key: 'completed' | 'retried' | 'failed') => throughput.reduce((all, minute) => all + minute[key], 0);
    expect([sum('completed'), sum('retried'), sum('failed')]).toEqual([1, 1, 2]);
  });

  it('lists jobs that failed for good, the newest first, and says something even of those without a message', () => {
    expect(overview.recentFailures.map(({ message, code }) => [message, code])).toEqual([
      ['lost', undefined],
      ['no such file', 'enoent'],
    ]);
    expect(overview.workers).toEqual({ idle: 0, busy: 1, draining: 0, offline: 1 });
  });

  it('is for operators: neither a worker nor a producer may look', async () => {
    await expect(bridge.client.call(readOverview, {})).rejects.toMatchObject({ status: 403 });
  });
});

describe('the throughput', () => {
  it('sees what settles while it is being watched, and reads minutes that are over once only', async () => {
    const read = createThroughput(bridge.pool);
    const sum = async () => (await read()).reduce((all, minute) => all + minute.completed, 0);
    expect(await sum()).toBe(1);
    await seedAttempt(bridge.pool, { settledAgo: 1 });
    expect(await sum()).toBe(2);
    // An attempt that turns up in a minute that was summed up long ago shows that it is not read again.
    await rollUp(bridge.pool);
    expect(await sum()).toBe(2);
    await seedAttempt(bridge.pool, { settledAgo: 1800 });
    expect(await sum()).toBe(2);
    expect(await read()).toHaveLength(60);
  });
});
