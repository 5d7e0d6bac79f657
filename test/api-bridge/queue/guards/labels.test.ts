import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../wire/support/until.ts';
import { claim, complete, job, openReplicas } from './replicas.ts';

const GPU = { gpu: 'yes' };
let replicas: Awaited<ReturnType<typeof openReplicas>>;

beforeAll(async () => {
  replicas = await openReplicas(
    2,
    [job('plain'), job('demanding', { labels: GPU }), job('demanding.more', { labels: { ...GPU, zone: 'eu' } })],
    { runawayGuard: 'off' },
  );
});
afterAll(() => replicas.stop());

const names = (jobs: Awaited<ReturnType<typeof claim>>) => jobs.map(({ ref }) => ref.name);
const held = async () =>
  (await replicas.pool.query<{ held: number }>('SELECT count(*)::int AS held FROM worker_api.held_job')).rows[0]?.held;

describe('a job that requires labels', () => {
  it('never reaches a worker without them, nor one with another value, and does not stop what stands behind it', async () => {
    const [one, two] = replicas.engines;
    if (one === undefined || two === undefined) throw new Error('expected two replicas');
    await replicas.enqueue(
      'demanding',
      Array.from({ length: 2_500 }, () => ({})),
    );
    await replicas.enqueue('plain', [{}, {}, {}]);

    expect(names(await claim(one, { labels: { gpu: 'no' }, limit: 3, waitMs: 5_000 }))).toEqual([
      'plain',
      'plain',
      'plain',
    ]);
    expect(await claim(two, { labels: {}, limit: 10 })).toEqual([]);
    await until('all of them to stand aside', 10_000, async () => (await held()) === 2_500);

    const taken = await claim(two, { worker: 'able', labels: GPU, limit: 10, waitMs: 5_000 });
    expect(names(taken)).toEqual(Array.from({ length: 10 }, () => 'demanding'));
    expect(taken.map(({ ref }) => ref.attempt)).toEqual(Array.from({ length: 10 }, () => 1));
    for (const each of taken) await complete(two, each);
  });

  it('stands in line by priority and age once somebody is able', async () => {
    const [one] = replicas.engines;
    if (one === undefined) throw new Error('expected a replica');
    const queues = ['reports'];
    await replicas.enqueue('plain', [{ queue: 'reports', priority: 1 }]);
    await replicas.enqueue('demanding', [{ queue: 'reports' }]);
    await replicas.enqueue('demanding.more', [{ queue: 'reports' }]);
    await replicas.enqueue('plain', [{ queue: 'reports' }]);
    expect(names(await claim(one, { queues, limit: 1 }))).toEqual(['plain']);
    expect(names(await claim(one, { queues, limit: 1, waitMs: 2_000 }))).toEqual(['plain']);

    await replicas.enqueue('plain', [{ queue: 'reports' }, { queue: 'reports', priority: 9 }]);
    const able = { queues, labels: GPU, worker: 'able', waitMs: 2_000 };
    expect(names(await claim(one, able))).toEqual(['plain']);
    expect(names(await claim(one, { ...able, limit: 5 }))).toEqual(['demanding', 'plain']);
    const ablest = { ...able, labels: { ...GPU, zone: 'eu' }, worker: 'ablest' };
    expect(names(await claim(one, { ...ablest, limit: 5 }))).toEqual(['demanding.more']);
  });

  it('wakes an able worker that waits at another replica', async () => {
    const [one, two] = replicas.engines;
    if (one === undefined || two === undefined) throw new Error('expected two replicas');
    const queues = ['billing'];
    const waiting = claim(two, { queues, labels: GPU, worker: 'able', waitMs: 10_000 });
    const vain = claim(one, { queues, waitMs: 1_500 });
    await replicas.enqueue('demanding', [{ queue: 'billing' }]);
    expect(names(await waiting)).toEqual(['demanding']);
    expect(await vain).toEqual([]);
  });
});
