import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { createScheduler, pruneRuns } from '../../../src/api-bridge/schedules/scheduler.ts';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';
import { type Api, startApi } from '../../support/api.ts';
import { createDatabase } from '../../support/postgres.ts';
import { until } from '../../wire/support/until.ts';
import { openBench, schedule } from './schedule-bench.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('a scheduler', () => {
  it('fires by the clock of the database, keeps on after a fault, and has stopped when stop resolves', async () => {
    const bench = await openBench('2026-03-02T10:00:00Z');
    closers.push(() => bench.close());
    let faults = 2;
    const scheduler = createScheduler({
      ...bench.firing,
      now: undefined,
      enqueueIn: async (...args) => {
        if ((faults -= 1) >= 0) throw new Error('the database is away');
        await bench.enqueueIn(...args);
      },
      declarations: [schedule({ name: 'one', cron: '@yearly' })],
      enabled: true,
    });
    await scheduler.start();
    await bench.pool.query(`UPDATE worker_api.schedule SET next_run_at = date_trunc('second', now())`);
    await until('a job in spite of two faults', 15_000, async () => (await bench.jobs()).length === 1);
    await scheduler.stop();
    await scheduler.stop();
    await bench.pool.query(`UPDATE worker_api.schedule SET next_run_at = now() - interval '10 s'`);
    expect((await bench.jobs()).length).toBe(1);
  });

  it('forgets runs of long ago, but keeps the last 60 of each schedule', async () => {
    const bench = await openBench('2026-03-02T10:00:00Z');
    closers.push(() => bench.close());
    await bench.sync([schedule({ name: 'busy', cron: '* * * * *' }), schedule({ name: 'rare', cron: '@monthly' })]);
    await bench.pool.query(
      `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger, fired_at)
       SELECT name, at, 'missed', 'clock', at FROM (VALUES ('busy', 5000), ('rare', 30)) AS made (name, runs),
              LATERAL generate_series(1, runs) AS n, LATERAL (SELECT now() - interval '20 days' - n * interval '1 minute' AS at) AS time`,
    );
    await bench.pool.query(
      `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger)
       SELECT 'busy', now() - n * interval '1 minute', 'missed', 'clock' FROM generate_series(1, 100) AS n`,
    );
    await pruneRuns(bench);
    expect(await bench.runs('busy')).toHaveLength(100);
    expect(await bench.runs('rare')).toHaveLength(30);
  });
});

describe('two APIs on one database', { timeout: 60_000 }, () => {
  it('fire each run once, with its job, although one of them is killed again and again', async () => {
    const database = await createDatabase();
    closers.push(() => database.drop());
    const env = { SCHEDULES_ENABLED: 'true' };
    const [steady, dying] = await start(database.url, env);
    closers.push(
      () => steady.stop(),
      () => dying.stop(),
    );
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    closers.push(() => pool.end());

    const rounds = 6;
    for (let round = 1; round <= rounds; round += 1) {
      // The seed's table is skipped on overlap; here nobody works, and every run counts.
      await pool.query(
        `UPDATE worker_api.schedule SET changed = '{"overlap": "allow"}', next_run_at = date_trunc('milliseconds', now())`,
      );
      await until(
        'the first runs',
        10_000,
        async () => (await countOf(pool, 'fired')) > (round - 1) * SCHEDULES.length,
      );
      await (round % 2 === 0 ? dying.restart() : dying.kill9().then(() => dying.restart()));
      await until('all runs', 10_000, async () => (await countOf(pool, 'fired')) >= round * SCHEDULES.length);
    }
    const { rows } = await pool.query(
      `SELECT count(*)::int AS runs, count(DISTINCT r.job_id)::int AS ids, count(j.id)::int AS jobs,
              (SELECT count(*)::int FROM pgboss.job WHERE name <> 'dead_letter') AS all_jobs
         FROM worker_api.schedule_run r LEFT JOIN pgboss.job j ON j.name = r.queue AND j.id = r.job_id
        WHERE r.outcome = 'fired'`,
    );
    expect(rows[0].runs).toBeGreaterThanOrEqual(rounds * SCHEDULES.length);
    expect(rows[0]).toEqual({ ...rows[0], ids: rows[0].runs, jobs: rows[0].runs, all_jobs: rows[0].runs });
  });
});

async function start(databaseUrl: string, env: Record<string, string>): Promise<[Api, Api]> {
  const steady = await startApi({ databaseUrl, env });
  return [steady, await startApi({ databaseUrl, env: { ...env, WORKER_SERVICE_TOKEN: steady.secret } })];
}

async function countOf(pool: pg.Pool, outcome: string): Promise<number> {
  const found = await pool.query('SELECT count(*)::int AS n FROM worker_api.schedule_run WHERE outcome = $1', [
    outcome,
  ]);
  return found.rows[0].n;
}
