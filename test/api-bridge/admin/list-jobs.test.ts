import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { jobListQuery } from '../../../src/contract/operator.ts';
import { listJobs } from '../../../src/contract/routes/operators.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { SECRET, startOperatorBridge, type OperatorBridge } from '../operators/operator-bridge.ts';
import { seedAttempt, seedJob, seedWorker } from './seed-jobs.ts';

const viewer = createTokenSource(SECRET, { type: 'operator', sub: 'eve', role: 'viewer' });

// The same questions to a small table, which is read exactly, and to one that is taken to be large.
describe.each([
  ['a small table', undefined],
  ['a large table', 0],
])('the list of %s', (_, exactBelowBytes) => {
  let bridge: OperatorBridge;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    bridge = await startOperatorBridge(exactBelowBytes);
    const { pool } = bridge;
    ids.ready = await seedJob(pool, { createdAgo: 100, payload: { to: 'a' } });
    ids.later = await seedJob(pool, { createdAgo: 90, startAgo: -600, payload: { big: 'x'.repeat(10_000) } });
    ids.running = await seedJob(pool, { state: 'active', createdAgo: 80, startedAgo: 10, retryCount: 2, released: 1 });
    ids.done = await seedJob(pool, {
      state: 'completed',
      createdAgo: 70,
      startedAgo: 60,
      endedAgo: 50,
      queue: 'email',
    });
    ids.failed = await seedJob(pool, { state: 'failed', createdAgo: 60, endedAgo: 20, retryCount: 3, name: 'other' });
    ids.dead = await seedJob(pool, { queue: 'dead_letter', createdAgo: 5 });
    await pool.query(
      `UPDATE pgboss.job SET source_name = 'email', source_id = $1, source_output = '{"message": "gave up"}' WHERE id = $2`,
      [ids.done, ids.dead],
    );
    await seedWorker(pool, 'w7', [{ jobId: ids.running, queue: 'default', name: 'a.job', retryCount: 2, percent: 62 }]);
    await seedAttempt(pool, { jobId: ids.done, queue: 'email', settledAgo: 50, workerId: 'w3' });
    for (const retryCount of [0, 1, 2, 3]) {
      const state = retryCount === 3 ? 'failed' : 'retry';
      const error = { message: `try ${retryCount}` };
      await seedAttempt(pool, {
        jobId: ids.failed,
        name: 'other',
        outcome: 'failed',
        state,
        settledAgo: 20,
        retryCount,
        error,
      });
    }
  });
  afterAll(() => bridge.stop());

  async function list(query: z.input<typeof jobListQuery>) {
    return (await bridge.client.call(listJobs, { query, token: await viewer() })).data;
  }
  const named = async (query: z.input<typeof jobListQuery>) => {
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    return (await list(query)).jobs.map((job) => names.get(job.id));
  };

  it('shows the latest change first, and dead letters only when asked', async () => {
    expect(await named({})).toEqual(['running', 'failed', 'done', 'later', 'ready']);
    expect(await named({ queue: 'dead_letter' })).toEqual(['dead']);
  });

  it('narrows by state, queue and name, alone and together', async () => {
    expect(await named({ state: 'ready' })).toEqual(['ready']);
    expect(await named({ state: 'waiting' })).toEqual(['later']);
    expect(await named({ state: 'created' })).toEqual(['later', 'ready']);
    expect(await named({ state: 'active' })).toEqual(['running']);
    expect(await named({ state: 'failed', name: 'other' })).toEqual(['failed']);
    expect(await named({ state: 'failed', name: 'a.job' })).toEqual([]);
    expect(await named({ queue: 'email' })).toEqual(['done']);
    expect(await named({ queue: 'no_such_queue' })).toEqual([]);
  });

  it('says who runs a job and how far it is, who ran it last, and with what it failed', async () => {
    const jobs = new Map((await list({})).jobs.map((job) => [job.id, job]));
    expect(jobs.get(ids.running ?? '')).toMatchObject({ workerId: 'w7', percent: 62, attempt: 2, maxAttempts: 3 });
    expect(jobs.get(ids.done ?? '')).toMatchObject({ workerId: 'w3', attempt: 1, maxAttempts: 4 });
    expect(jobs.get(ids.failed ?? '')).toMatchObject({ error: 'try 3', attempt: 4, maxAttempts: 4 });
    expect(jobs.get(ids.ready ?? '')).toMatchObject({ payload: { to: 'a' } });
    expect(jobs.get(ids.later ?? '')).not.toHaveProperty('payload');
  });

  it('leads from a dead letter to the job that failed, and says with what', async () => {
    const [dead] = (await list({ queue: 'dead_letter' })).jobs;
    expect(dead).toMatchObject({ source: { queue: 'email', id: ids.done }, error: 'gave up' });
  });

  it('is paged without losing or repeating a job, whatever the size of a page', async () => {
    for (const limit of [1, 2, 5]) {
      const seen: (string | undefined)[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 10; pages += 1) {
        const page = await list({ limit, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.jobs.map((job) => job.id));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect(seen).toEqual([ids.running, ids.failed, ids.done, ids.later, ids.ready]);
    }
  });

  it('counts for the queue that was asked for', async () => {
    expect((await list({})).estimated).toBe(exactBelowBytes === 0);
    expect((await list({})).counts).toMatchObject({ ready: 1, waiting: 1 });
    expect((await list({ queue: 'email' })).counts).toMatchObject({ ready: 0, waiting: 0 });
  });

  it.each([
    ['limit', { limit: '0' }],
    ['limit', { limit: 'many' }],
    ['state', { state: 'asleep' }],
    ['cursor', { cursor: 'garbage' }],
    ['cursor', { cursor: Buffer.from('["1; drop table", 3]').toString('base64url') }],
  ])('names the fault of a bad %s', async (field, query) => {
    const fault = await list(query as never).catch((error: unknown) => error);
    expect(fault).toMatchObject({ status: 422, errors: [{ path: `query.${field}` }] });
  });

  it('answers text that PostgreSQL cannot hold without a fault of its own', async () => {
    const fault = await list({ name: 'a\u0000b' }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ status: 422 });
    expect(await named({ name: "'; DROP TABLE pgboss.job; --" })).toEqual([]);
  });
});
