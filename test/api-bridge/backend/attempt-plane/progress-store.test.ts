import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgressStore } from '../../../../src/api-bridge/backend/attempt-plane/progress-store.ts';
import { createPool, type Pool } from '../../../../src/api-bridge/db/pool.ts';
import { eventually } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

let bridge: Bridge;
let pool: Pool;
beforeAll(async () => {
  bridge = await openBridge();
  pool = bridge.pool;
});
afterAll(async () => bridge.close());

const job = (retryCount = 0) => ({ queue: 'file_processing', jobId: randomUUID(), retryCount });
const written = async (jobId: string) =>
  (await pool.query('SELECT percent, message, retry_count FROM worker_api.job_progress WHERE job_id = $1', [jobId]))
    .rows[0];

describe('progress', () => {
  it('is known at once, and written with the next flush', async () => {
    const store = createProgressStore(pool, bridge.log);
    const ref = job();
    store.set(ref, { percent: 10 });
    store.set(ref, { percent: 55.5, message: 'half' });
    expect([await store.latest(ref.jobId, 0), await written(ref.jobId)]).toEqual([
      { percent: 55.5, message: 'half' },
      undefined,
    ]);
    await store.flush();
    expect(await written(ref.jobId)).toEqual({ percent: 55.5, message: 'half', retry_count: 0 });
    expect(await createProgressStore(pool, bridge.log).latest(ref.jobId, 0)).toEqual({
      percent: 55.5,
      message: 'half',
    });
    expect(await store.latest(randomUUID(), 0)).toBeUndefined();
  });

  it('of an attempt that is over does not overwrite that of the next', async () => {
    const store = createProgressStore(pool, bridge.log);
    const first = job();
    const second = { ...first, retryCount: 1 };
    store.set(second, { percent: 5 });
    store.set(first, { percent: 90 });
    await store.flush();
    store.set(first, { percent: 95 });
    await store.flush();
    expect(await written(first.jobId)).toMatchObject({ percent: 5, retry_count: 1 });
  });

  it('of 10,000 jobs is written in bulk, also when two replicas write the same ones', async () => {
    const [one, two] = [createProgressStore(pool, bridge.log), createProgressStore(pool, bridge.log)];
    const refs = Array.from({ length: 10_000 }, () => job());
    for (const ref of refs) one.set(ref, { percent: 1 });
    for (const ref of refs.toReversed()) two.set(ref, { percent: 1 });
    const started = performance.now();
    await Promise.all([one.flush(), two.flush(), one.flush()]);
    expect(performance.now() - started).toBeLessThan(10_000);
    const found = await pool.query('SELECT count(*)::int AS n FROM worker_api.job_progress WHERE job_id = ANY($1)', [
      refs.map((ref) => ref.jobId),
    ]);
    expect(found.rows[0].n).toBe(10_000);
  });

  it('survives a database that is away, and is written when it is back', async () => {
    const away = createPool({ url: 'postgres://x@127.0.0.1:1/x', max: 1, applicationName: 'test' }, bridge.log);
    const broken = { reach: false };
    const flaky = new Proxy(pool, {
      get: (target, name) =>
        Reflect.get(name === 'query' && !broken.reach ? away : target, name).bind(broken.reach ? target : away),
    });
    const store = createProgressStore(flaky, bridge.log);
    const ref = job();
    store.set(ref, { percent: 7 });
    await expect(store.flush()).rejects.toThrow();
    expect(await store.latest(ref.jobId, 0)).toEqual({ percent: 7 });
    broken.reach = true;
    await store.flush();
    expect(await written(ref.jobId)).toMatchObject({ percent: 7 });
    await away.end();
  });

  it('flushes by itself while it runs, and once more when it stops', async () => {
    const store = createProgressStore(pool, bridge.log);
    const [early, late] = [job(), job()];
    await store.start();
    store.set(early, { percent: 1 });
    await eventually(async () => (await written(early.jobId)) !== undefined, 'a flush');
    store.set(late, { percent: 2 });
    await store.stop();
    expect(await written(late.jobId)).toMatchObject({ percent: 2 });
  });
});
