import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/api-bridge/queue/engine.ts';
import { readHoldOf } from '../../../../src/api-bridge/queue/guards/read-hold.ts';
import { API_CALLS } from '../../../../src/contract/catalogue/api-calls/index.ts';
import { CATALOGUE } from '../../../../src/contract/catalogue/index.ts';
import { until } from '../../../wire/support/until.ts';
import { claim, complete, job, openReplicas } from './replicas.ts';

let replicas: Awaited<ReturnType<typeof openReplicas>>;
let one: Engine;
let two: Engine;

beforeAll(async () => {
  replicas = await openReplicas(2, [
    job('looping'),
    job('other'),
    job('free', { runaway: false }),
    job('brief', { runaway: { perMinute: 2, banSeconds: 2 } }),
    job('often', { runaway: { perMinute: 20, perFiveMinutes: 3, delaySeconds: 1 } }),
  ]);
  const [first, second] = replicas.engines;
  if (first === undefined || second === undefined) throw new Error('expected two replicas');
  [one, two] = [first, second];
});
afterAll(() => replicas.stop());

type Row = { state: string; retry_count: number; blocked: boolean; in_s: number };
const rowOf = async (queue: string, id: string): Promise<Row | undefined> =>
  (
    await replicas.pool.query<Row>(
      `SELECT state, retry_count, blocked, extract(epoch FROM start_after - now())::float8 AS in_s
         FROM pgboss.job WHERE name = $1 AND id = $2`,
      [queue, id],
    )
  ).rows[0];

/** Enqueues and runs one job; false when none was handed out. */
async function runOne(engine: Engine, name: string, queue: string, payload = {}, output?: Record<string, unknown>) {
  await replicas.enqueue(name, [{ queue, payload }]);
  const [taken] = await claim(engine, { queues: [queue], limit: 1 });
  if (taken === undefined) return false;
  await complete(engine, taken, output);
  return true;
}

describe('a key that runs in a loop', () => {
  it('is banned at its sixth execution within a minute: its jobs wait, burn no attempt, and say why', async () => {
    const queue = 'reports';
    for (let n = 0; n < 5; n += 1) expect(await runOne(one, 'looping', queue, { id: 'ab-12', n })).toBe(true);
    const [id = ''] = await replicas.enqueue('looping', [{ queue, payload: { id: 'ab-12', n: 6 } }]);
    const [other] = await replicas.enqueue('looping', [{ queue, payload: { id: 'cd-34' } }]);
    const taken = await claim(one, { queues: [queue], limit: 1, waitMs: 3_000 });
    expect(taken.map(({ ref }) => ref.jobId)).toEqual([other]);
    const row = await rowOf(queue, id);
    expect(row).toMatchObject({ state: 'created', retry_count: 0, blocked: true });
    expect(row?.in_s).toBeGreaterThan(290);
    expect(row?.in_s).toBeLessThanOrEqual(300);
    expect(await readHoldOf(replicas.pool, queue, id)).toMatchObject({
      kind: 'runaway',
      code: 'runaway_loop_detected',
      key: 'looping:ab-12',
      until: expect.any(String),
    });
  });

  it('is banned at every replica, and after a restart; one lift brings its jobs back at once', async () => {
    const queue = 'billing';
    for (let n = 0; n < 5; n += 1) expect(await runOne(one, 'looping', queue, { id: 'ee' })).toBe(true);
    expect(await runOne(one, 'looping', queue, { id: 'ee' })).toBe(false);
    await replicas.enqueue(
      'looping',
      Array.from({ length: 1_500 }, () => ({ queue, payload: { id: 'ee' } })),
    );
    expect(await claim(two, { queues: [queue], limit: 5, waitMs: 500 })).toEqual([]);
    const born = await replicas.add();
    expect(await claim(born, { queues: [queue], limit: 5, waitMs: 500 })).toEqual([]);
    await until('all to stand aside', 10_000, async () => {
      const found = await replicas.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pgboss.job WHERE name = $1 AND state = 'created' AND blocked`,
        [queue],
      );
      return found.rows[0]?.n === 1_501;
    });

    expect(await two.liftBan('looping:none')).toBeUndefined();
    expect(await two.liftBan('looping:ee')).toBe(1_501);
    const taken = await claim(born, { queues: [queue], limit: 1_000, waitMs: 3_000 });
    expect(taken).toHaveLength(1_000);
    expect(new Set(taken.map(({ ref }) => `${String(ref.retryCount)}/${String(ref.attempt)}`))).toEqual(
      new Set(['0/1']),
    );
  });

  it('is counted over all replicas together', async () => {
    const queue = 'mcp';
    for (const engine of [one, two, one, two, one])
      expect(await runOne(engine, 'looping', queue, { id: 'ff' })).toBe(true);
    await until('both to know', 5_000, async () => {
      const found = await replicas.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM worker_api.key_execution WHERE key = 'looping:ff'`,
      );
      return found.rows[0]?.n === 5;
    });
    await until('the ban', 5_000, async () => !(await runOne(two, 'looping', queue, { id: 'ff' })));
  });

  it('comes back by itself when its ban ends', async () => {
    const queue = 'services';
    for (let n = 0; n < 2; n += 1) expect(await runOne(one, 'brief', queue)).toBe(true);
    expect(await runOne(one, 'brief', queue)).toBe(false);
    const [back] = await claim(two, { queues: [queue], waitMs: 15_000 });
    expect(back?.ref).toMatchObject({ name: 'brief', retryCount: 0, attempt: 1 });
  });

  it('is delayed, once a run, when it runs often within five minutes', async () => {
    const queue = 'trading';
    for (let n = 0; n < 3; n += 1) expect(await runOne(one, 'often', queue)).toBe(true);
    const [id = ''] = await replicas.enqueue('often', [{ queue }]);
    expect(await claim(one, { queues: [queue] })).toEqual([]);
    expect(await rowOf(queue, id)).toMatchObject({ state: 'created', retry_count: 0, blocked: false });
    const [late] = await claim(two, { queues: [queue], waitMs: 10_000 });
    expect(late?.ref).toMatchObject({ jobId: id, retryCount: 0, attempt: 1 });
  });
});

describe('what is no loop', () => {
  it.each([
    ['runs that skipped', 'looping', { skipped: true }],
    ['a definition that says runaway: false', 'free', undefined],
    ['names that the api does not know', 'unknown.to.all', undefined],
  ])('is never banned: %s', async (_what, name, output) => {
    const queue = 'integrations';
    for (let n = 0; n < 12; n += 1) expect(await runOne(one, name, queue, {}, output)).toBe(true);
  });

  it('is never banned: failures, releases, and many that run at once', async () => {
    const queue = 'compliance';
    await replicas.enqueue(
      'other',
      Array.from({ length: 30 }, () => ({ queue })),
    );
    const all = await claim(one, { queues: [queue], limit: 30 });
    expect(all).toHaveLength(30);
    for (const [n, { ref }] of all.entries()) {
      const outcome =
        n % 2 === 0
          ? { type: 'released' as const }
          : { type: 'failed' as const, error: { message: 'no' }, retryInSeconds: 0 };
      await one.settle({ ref, outcome });
    }
    expect(await claim(one, { queues: [queue], limit: 30, waitMs: 3_000 })).toHaveLength(30);
  });

  it.each([
    ['off', 'brief', 8],
    ['declared', 'looping', 8],
    ['declared', 'brief', 2],
  ] as const)('is decided by the deployment: %s, %s runs %i times of 8', async (runawayGuard, name, times) => {
    const jobs = [job('looping'), job('brief', { runaway: { perMinute: 2 } })];
    const other = await openReplicas(1, jobs, { runawayGuard });
    try {
      const [engine] = other.engines;
      if (engine === undefined) throw new Error('expected a replica');
      let ran = 0;
      for (let n = 0; n < 8; n += 1) {
        await other.enqueue(name);
        for (const taken of await claim(engine)) {
          await complete(engine, taken);
          ran += 1;
        }
      }
      expect(ran).toBe(times);
    } finally {
      await other.stop();
    }
  });

  it('of what ships, the api calls are guarded by the numbers of the earlier system, and file jobs are not', () => {
    const terms = new Map(CATALOGUE.map(({ name, runaway }) => [name, runaway]));
    for (const { name } of API_CALLS) expect(terms.get(name)).toEqual({});
    for (const name of ['files.thumbnail', 'files.metadata', 'files.video', 'files.audio'])
      expect(terms.get(name)).toBe(false);
  });
});
