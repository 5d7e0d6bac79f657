import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/api-bridge/queue/engine.ts';
import { fairCandidates, GROUP_INDEX } from '../../../src/api-bridge/queue/fair-candidates.ts';
import { claim, complete, job, openReplicas, type Enqueue } from './guards/replicas.ts';

let replicas: Awaited<ReturnType<typeof openReplicas>>;
let engine: Engine;

beforeAll(async () => {
  replicas = await openReplicas(1, [job('work')], { runawayGuard: 'off' });
  const [first] = replicas.engines;
  if (first === undefined) throw new Error('expected a replica');
  engine = first;
});
afterAll(() => replicas.stop());

const TENANTS = Array.from({ length: 10 }, (_, n) => `tenant-${String(n)}`);
const of = (group: string | undefined, queue: string, count = 1, more: Partial<Enqueue> = {}): Enqueue[] =>
  Array.from({ length: count }, () => ({
    payload: { group },
    queue,
    ...(group === undefined ? {} : { group }),
    ...more,
  }));

/** Claims so many at a time until so many came, and gives whose they were, in order. */
async function serve(queue: string, total: number, limit: number): Promise<string[]> {
  const served: string[] = [];
  while (served.length < total) {
    const jobs = await claim(engine, { queues: [queue], limit, waitMs: 5_000 });
    if (jobs.length === 0) throw new Error(`expected ${String(total)} jobs, got ${String(served.length)}`);
    served.push(...jobs.map(({ envelope }) => String((envelope.payload as { group?: string }).group)));
    for (const each of jobs) await complete(engine, each);
  }
  return served;
}

describe('groups of a queue', () => {
  it.each([1, 7])('take turns: nobody waits behind a flood of another, at %i a claim', async (limit) => {
    const queue = limit === 1 ? 'reports' : 'billing';
    await replicas.enqueue('work', of('flood', queue, 3_000));
    await serve(queue, limit, limit);
    for (const tenant of TENANTS) await replicas.enqueue('work', of(tenant, queue));
    // Eleven groups in a circle, and every eighth claim takes the oldest, whosever they are.
    const served = await serve(queue, 11 + 4 * limit, limit);
    expect(TENANTS.filter((tenant) => !served.includes(tenant))).toEqual([]);
  });

  it('share alike when all of them have much to do', async () => {
    const queue = 'services';
    for (const group of ['a', 'b', 'c', 'd']) await replicas.enqueue('work', of(group, queue, 200));
    const served = await serve(queue, 320, 4);
    for (const group of ['b', 'c', 'd']) expect(served.filter((each) => each === group).length).toBeGreaterThan(60);
  });

  it('come after a higher priority, whosever that is', async () => {
    const queue = 'mcp';
    await replicas.enqueue('work', [...of('a', queue, 50), ...of('b', queue, 50)]);
    await serve(queue, 1, 1);
    await replicas.enqueue('work', of('b', queue, 5, { priority: 9 }));
    expect((await serve(queue, 5, 5)).toSorted()).toEqual(['b', 'b', 'b', 'b', 'b']);
  });

  it('leave nobody out: jobs without a group come by their age, and the last of each group too', async () => {
    const queue = 'trading';
    await replicas.enqueue('work', [...of('a', queue, 40), ...of(undefined, queue, 30), ...of('b', queue, 40)]);
    const served = await serve(queue, 110, 3);
    expect(served.filter((each) => each === 'undefined')).toHaveLength(30);
    expect(served.lastIndexOf('undefined')).toBeGreaterThan(served.indexOf('b'));
    await replicas.enqueue('work', of(undefined, queue, 3));
    expect(await serve(queue, 3, 3)).toHaveLength(3);
  });

  it('are served by every fetch of the index alone, however deep the flood and however old the statistics', async () => {
    const queue = 'compliance';
    await replicas.pool.query(
      `INSERT INTO pgboss.job (name, data, group_id, retry_limit)
       SELECT $1, '{"name": "work"}', CASE WHEN n % 10000 = 0 THEN 'tenant-' || n ELSE 'flood' END, 3
         FROM generate_series(1, 50000) AS n`,
      [queue],
    );
    const client = await replicas.pool.connect();
    try {
      await client.query('SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off');
      // Old statistics, and fresh ones: neither may lead to another index.
      for (const refresh of ['SELECT 1', 'ANALYZE pgboss.job_common']) {
        await client.query(refresh);
        const explained = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${fairCandidates(queue, 10, '')}`,
        );
        const plan = explained.rows[0]?.['QUERY PLAN'][0].Plan;
        if (plan === undefined) throw new Error('expected a plan');
        const scans = scansOf(plan);
        expect(new Set(scans.map((scan) => scan['Relation Name'])).size).toBe(1);
        expect(scans.reduce((sum, scan) => sum + scan['Actual Rows'] * scan['Actual Loops'], 0)).toBeLessThan(200);
        expect(scans.reduce((sum, scan) => sum + (scan['Rows Removed by Filter'] ?? 0), 0)).toBe(0);
      }
      const index = await client.query(`SELECT 1 FROM pg_indexes WHERE indexname = $1`, [GROUP_INDEX]);
      expect(index.rowCount).toBe(1);
    } finally {
      client.release(true);
    }
  });
});

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};

function scansOf(plan: Plan): Plan[] {
  const below = (plan.Plans ?? []).flatMap(scansOf);
  return plan['Relation Name'] === undefined ? below : [plan, ...below];
}
