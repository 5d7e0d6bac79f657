import pg from 'pg';
import { empty, fill, openBoss } from '../support/load.ts';
import { costRow, percentile, type Row } from '../support/result.ts';
import { copyJobs } from '../support/rows.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const SHALLOW = 'notifications';
const DEEP = 'reports';
const SAMPLES = 150;

/** Claims of one job from a queue with 1,000 waiting jobs and from one with a million beside it, in turns. */
async function depth(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  const jobs = stage.isFull ? 1_000_000 : 300_000;
  await copyJobs(boss, { queue: SHALLOW, jobs: 1_000 });
  await copyJobs(boss, { queue: DEEP, jobs });
  await boss.getDb().executeSql('VACUUM ANALYZE pgboss.job_common');
  const named = `depth ${(jobs / 1000).toFixed(0)}k`;
  const rows = await compareClaims(stage, named, 1.5);

  const [shallow, deep]: [number[], number[]] = [[], []];
  for (let n = 0; n < 4; n += 1) {
    shallow.push(await timed(() => fill(boss, SHALLOW, 2_000)));
    deep.push(await timed(() => fill(boss, DEEP, 2_000)));
  }
  rows.push(
    costRow(
      { scenario: named, metric: 'ms to enqueue 2,000', peerName: 'the queue of 1k', target: 1.1 },
      deep.slice(1),
      shallow.slice(1),
    ),
  );
  await boss.stop({ graceful: false });
  return rows;
}

/** The same while a transaction that began before lets no dead row be removed, after 10,000 jobs have come and gone. */
async function oldTransaction(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  await fill(boss, SHALLOW, 2_000);
  await fill(boss, DEEP, 12_000);
  await boss.getDb().executeSql('VACUUM ANALYZE pgboss.job_common');
  const old = new pg.Client({ connectionString: stage.databaseUrl });
  old.on('error', () => undefined);
  await old.connect();
  await old.query('SET idle_in_transaction_session_timeout = 0');
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await old.query('SELECT count(*) FROM pgboss.job_common');
  const client = await createThinClient(stage.bridge.url, 4, 'bench-old');
  for (let done = 0; done < 10_000;) {
    const claimed = await client.claim(200, 0, [DEEP]);
    if (claimed.length === 0) break;
    await client.settle(claimed);
    done += claimed.length;
  }
  await client.close();
  const rows = await compareClaims(stage, 'old transaction', 3);
  await old.query('ROLLBACK');
  await old.end();
  await boss.stop({ graceful: false });
  return rows;
}

/** Claims beside a million finished jobs that retention has not removed yet. */
async function finished(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  const jobs = stage.isFull ? 1_000_000 : 200_000;
  await fill(boss, SHALLOW, 1_000);
  await copyJobs(boss, { queue: DEEP, jobs, finished: true });
  await fill(boss, DEEP, 1_000);
  await boss.getDb().executeSql('VACUUM ANALYZE pgboss.job_common');
  const rows = await compareClaims(stage, `${(jobs / 1000).toFixed(0)}k finished`, 1.5);
  await boss.stop({ graceful: false });
  return rows;
}

/** Claims of 20 in a burst on a quiet queue, before and after the planner has heard of it. */
async function staleStatistics(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  const db = boss.getDb();
  await empty(boss);
  await db.executeSql('ALTER TABLE pgboss.job_common SET (autovacuum_enabled = off)');
  try {
    await copyJobs(boss, { queue: DEEP, jobs: 20_000, finished: true });
    await db.executeSql('VACUUM ANALYZE pgboss.job_common');
    await copyJobs(boss, { queue: SHALLOW, jobs: 20_000 });
    const client = await createThinClient(stage.bridge.url, 2, 'bench-stale');
    const burst = await sample(() => client.claim(20, 0, [SHALLOW]), 40);
    const direct = await sample(() => boss.fetch(SHALLOW, { batchSize: 20 }), 40);
    await db.executeSql('ANALYZE pgboss.job_common');
    const usual = await sample(() => client.claim(20, 0, [SHALLOW]), 40);
    await client.close();
    const about = { scenario: 'stale statistics', metric: 'ms a claim of 20' };
    return [
      costRow({ ...about, peerName: 'after ANALYZE', target: 3 }, burst, usual),
      costRow({ ...about, peerName: 'pg-boss direct', target: 1 }, burst, direct),
    ];
  } finally {
    await db.executeSql('ALTER TABLE pgboss.job_common RESET (autovacuum_enabled)');
    await boss.stop({ graceful: false });
  }
}

async function compareClaims(stage: Stage, scenario: string, target: number): Promise<Row[]> {
  const client = await createThinClient(stage.bridge.url, 2, 'bench-depth');
  const [shallow, deep]: [number[], number[]] = [[], []];
  for (let n = 0; n < SAMPLES + 20; n += 1) {
    for (const [queue, into] of [
      [SHALLOW, shallow],
      [DEEP, deep],
    ] as const) {
      const startedAt = performance.now();
      const claimed = await client.claim(1, 0, [queue]);
      if (n >= 20) into.push(performance.now() - startedAt);
      await client.settle(claimed);
    }
  }
  await client.close();
  const about = { scenario, peerName: 'a queue of 1k beside it', target };
  return [
    costRow({ ...about, metric: 'claim p50, ms' }, [percentile(deep, 0.5)], [percentile(shallow, 0.5)]),
    costRow({ ...about, metric: 'claim p99, ms' }, [percentile(deep, 0.99)], [percentile(shallow, 0.99)]),
  ];
}

async function sample(step: () => Promise<unknown>, times: number): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) taken.push(await timed(step));
  return taken;
}

async function timed(step: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await step();
  return performance.now() - startedAt;
}

export const depthScenarios = {
  depth,
  'old-transaction': oldTransaction,
  finished,
  'stale-statistics': staleStatistics,
};
