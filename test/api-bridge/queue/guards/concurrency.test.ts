import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claimed } from '../../../../src/api-bridge/queue/claimed-row.ts';
import type { Engine } from '../../../../src/api-bridge/queue/engine.ts';
import { readHoldOf } from '../../../../src/api-bridge/queue/guards/read-hold.ts';
import { until } from '../../../wire/support/until.ts';
import { claim, complete, job, openReplicas } from './replicas.ts';

let replicas: Awaited<ReturnType<typeof openReplicas>>;
let one: Engine;
let two: Engine;

beforeAll(async () => {
  replicas = await openReplicas(
    2,
    [
      job('plain'),
      job('by.field', { concurrency: { perKey: { key: 'account.id', limit: 2 } } }),
      job('single', { concurrency: { perKey: { key: (payload: { repo?: string }) => payload.repo, limit: 1 } } }),
    ],
    { runawayGuard: 'off' },
  );
  const [first, second] = replicas.engines;
  if (first === undefined || second === undefined) throw new Error('expected two replicas');
  [one, two] = [first, second];
});
afterAll(() => replicas.stop());

const many = (count: number, payload: unknown, queue: string) =>
  Array.from({ length: count }, () => ({ payload, queue }));
const keysOf = (jobs: readonly Claimed[]) => jobs.map(({ envelope }) => (envelope.payload as { k?: string }).k);

describe('a limit by key', () => {
  it('lets that many run over all replicas; the others stand aside, burn nothing, and stop nobody behind them', async () => {
    const queue = 'reports';
    const account = (id: string) => ({ k: id, account: { id } });
    await replicas.enqueue('by.field', many(1_200, account('a'), queue));
    await replicas.enqueue('by.field', many(1, account('b'), queue));
    await replicas.enqueue('plain', many(1, { k: 'plain' }, queue));

    const [mine, theirs] = await Promise.all([
      claim(one, { queues: [queue], limit: 2, waitMs: 3_000 }),
      claim(two, { queues: [queue], limit: 2, waitMs: 3_000 }),
    ]);
    const rest = await claim(one, { queues: [queue], limit: 10, waitMs: 3_000 });
    const all = [...mine, ...theirs, ...rest];
    expect(keysOf(all).toSorted()).toEqual(['a', 'a', 'b', 'plain']);
    expect(await claim(two, { queues: [queue], limit: 10, waitMs: 300 })).toEqual([]);

    for (const each of all) await complete(one, each);
    const next = [
      ...(await claim(two, { queues: [queue], limit: 1, waitMs: 5_000 })),
      ...(await claim(two, { queues: [queue], limit: 5, waitMs: 5_000 })),
    ];
    expect(keysOf(next)).toEqual(['a', 'a']);
    expect(next.map(({ ref }) => [ref.retryCount, ref.attempt])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('says of a waiting job what it waits for, and goes on in the order of priority and age', async () => {
    const queue = 'billing';
    const ids = await replicas.enqueue('single', [
      { queue, payload: { repo: 'r' } },
      { queue, payload: { repo: 'r' } },
      { queue, payload: { repo: 'r' } },
      { queue, payload: { repo: 'r' }, priority: 5 },
    ]);
    const order: string[] = [];
    for (let n = 0; n < ids.length; n += 1) {
      const [taken, ...others] = await claim(n % 2 === 0 ? one : two, { queues: [queue], limit: 4, waitMs: 5_000 });
      if (taken === undefined) throw new Error('expected a job');
      expect(others).toEqual([]);
      order.push(taken.ref.jobId);
      if (n === 0) {
        expect(await readHoldOf(replicas.pool, queue, ids[0] ?? '')).toMatchObject({
          kind: 'concurrency',
          code: 'concurrency_limit',
          key: 'single:r',
        });
      }
      await complete(n % 2 === 0 ? two : one, taken);
    }
    expect(order).toEqual([ids[3], ids[0], ids[1], ids[2]]);
  });

  it('does not wait for what was cancelled, retried or deleted while it stood aside', async () => {
    const queue = 'services';
    const [, second = '', third = '', fourth = ''] = await replicas.enqueue('single', many(4, { repo: 's' }, queue));
    const [running] = await claim(one, { queues: [queue], limit: 4 });
    if (running === undefined) throw new Error('expected a job');
    await until(
      'all to stand aside',
      5_000,
      async () => (await readHoldOf(replicas.pool, queue, fourth)) !== undefined,
    );
    await one.cancel({ queue, id: second });
    await replicas.pool.query('DELETE FROM pgboss.job WHERE name = $1 AND id = $2', [queue, third]);
    await complete(one, running);
    const [next] = await claim(two, { queues: [queue], limit: 4, waitMs: 5_000 });
    expect(next?.ref.jobId).toBe(fourth);
    await two.retry({ queue, id: second });
    if (next !== undefined) await complete(two, next);
    expect((await claim(one, { queues: [queue], waitMs: 5_000 }))[0]?.ref.jobId).toBe(second);
  });

  it('limits no job whose payload has no key', async () => {
    const queue = 'mcp';
    await replicas.enqueue('single', many(5, {}, queue));
    await replicas.enqueue('by.field', many(5, { account: 'a' }, queue));
    expect(await claim(one, { queues: [queue], limit: 10 })).toHaveLength(10);
  });
});

describe('under random claims, ends and crashes on two replicas', () => {
  const queue = 'trading';
  const move = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('claim' as const),
        at: fc.nat(1),
        limit: fc.integer({ min: 1, max: 6 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('complete' as const), at: fc.nat(1), which: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('fail' as const, 'release' as const, 'lost' as const, 'cancel' as const),
        at: fc.nat(1),
        which: fc.nat(20),
      }),
    },
  );

  it('there are never more than the limit, nobody is forgotten, and no attempt is burnt by waiting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 25 }), async (moves) => {
        const keys = ['x', 'y', 'z'];
        const ids = await replicas.enqueue(
          'by.field',
          keys.flatMap((id) => many(4, { account: { id } }, queue)),
        );
        const held: Claimed[] = [];
        const blamed = new Map<string, number>();
        const burnt: [number, number][] = [];
        let over = false;
        const watching = watch(() => over);
        const engines = [one, two];

        await Promise.all(
          moves.map(async (step) => {
            const engine = engines[step.at] ?? one;
            if (step.kind === 'claim') {
              held.push(...(await claim(engine, { queues: [queue], limit: step.limit })));
              return;
            }
            const [taken] = held.splice(step.which % Math.max(1, held.length), 1);
            if (taken !== undefined) await end(engine, taken, step.kind, blamed);
          }),
        );
        try {
          await until('every job to end', 20_000, async () => {
            for (const engine of engines)
              held.push(...(await claim(engine, { queues: [queue], limit: 3, waitMs: 50 })));
            for (const taken of held.splice(0)) {
              const expected = 1 + (blamed.get(taken.ref.jobId) ?? 0);
              if (taken.ref.attempt !== expected) burnt.push([taken.ref.attempt, expected]);
              await complete(one, taken);
            }
            return (await open(ids)) === 0;
          });
        } finally {
          over = true;
        }
        expect(burnt).toEqual([]);
        expect(await watching).toBeLessThanOrEqual(2);
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  async function end(engine: Engine, taken: Claimed, kind: string, blamed: Map<string, number>): Promise<void> {
    const { ref } = taken;
    if (kind === 'complete') await complete(engine, taken);
    else if (kind === 'release') await engine.settle({ ref, outcome: { type: 'released' } });
    else if (kind === 'cancel') await engine.cancel({ queue, id: ref.jobId });
    else if (kind === 'lost') await engine.giveBack([ref]);
    else {
      blamed.set(ref.jobId, (blamed.get(ref.jobId) ?? 0) + 1);
      await engine.settle({ ref, outcome: { type: 'failed', error: { message: 'no' }, retryInSeconds: 0 } });
    }
  }

  async function open(ids: readonly string[]): Promise<number> {
    const found = await replicas.pool.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM pgboss.job WHERE name = $1 AND id = ANY ($2::uuid[]) AND state < 'completed'`,
      [queue, ids],
    );
    return found.rows[0]?.open ?? -1;
  }

  /** The most jobs of one key that any look at the database saw running. */
  async function watch(isOver: () => boolean): Promise<number> {
    let most = 0;
    while (!isOver()) {
      const found = await replicas.pool.query<{ most: number }>(
        `SELECT coalesce(max(n), 0)::int AS most FROM (
           SELECT count(*) AS n FROM pgboss.job WHERE name = $1 AND state = 'active'
            GROUP BY data -> 'payload' -> 'account' ->> 'id') AS by_key`,
        [queue],
      );
      most = Math.max(most, found.rows[0]?.most ?? 0);
    }
    return most;
  }
});
