import { z } from 'zod';
import { audit } from '../../../src/api-bridge/audit/write-audit.ts';
import { createPool } from '../../../src/api-bridge/db/pool.ts';
import type { Queryable } from '../../../src/api-bridge/db/pool.ts';
import { migrate } from '../../../src/api-bridge/migrate.ts';
import { createBoss } from '../../../src/api-bridge/queue/boss.ts';
import { cancelJobIn } from '../../../src/api-bridge/queue/change-job.ts';
import { createEnqueuer } from '../../../src/api-bridge/queue/enqueue.ts';
import { fireDue, type Firing } from '../../../src/api-bridge/schedules/fire-due.ts';
import { syncSchedules } from '../../../src/api-bridge/schedules/sync.ts';
import { createCatalogue } from '../../../src/contract/catalogue/index.ts';
import { declareJob } from '../../../src/contract/catalogue/declare-job.ts';
import { declareSchedule, type ScheduleDeclaration } from '../../../src/contract/schedules/declare-schedule.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createDatabase } from '../../support/postgres.ts';

export type Bench = Awaited<ReturnType<typeof openBench>>;
export type BenchRun = { schedule: string; at: string; outcome: string; jobId: string | null; trigger: string };

export const job = declareJob({ name: 'test.tick', queue: 'schedules', payload: z.looseObject({}) });

export const schedule = (choices: Partial<ScheduleDeclaration> & { name: string; cron: string }): ScheduleDeclaration =>
  declareSchedule({ job, description: 'of a test', ...choices });

/** Schedules over real PostgreSQL and real pg-boss, with a clock that the test moves. */
export async function openBench(start: string) {
  const log = createLogger({ name: 'test', level: 'silent' });
  const database = await createDatabase();
  const pool = createPool({ url: database.url, max: 8, applicationName: 'test' }, log);
  await migrate(pool, log);
  const boss = createBoss(pool, { migrate: false }, log);
  await boss.start();
  const enqueuer = createEnqueuer(boss, pool);
  const hooks = { names: new Set<string>(), ended: async () => undefined, revived: async () => undefined };
  const changing = { boss, pool, hooks, holder: () => undefined };
  const catalogue = createCatalogue([job]);
  let nowMs = Date.parse(start);
  const now = () => new Date(nowMs);
  const firing: Firing = {
    pool,
    catalogue,
    enqueueIn: enqueuer.enqueueIn,
    cancelIn: (client: Queryable, target) => cancelJobIn(changing, client, target),
    now,
    log,
  };
  return {
    pool,
    boss,
    catalogue,
    firing,
    now,
    log,
    databaseUrl: database.url,
    enqueueIn: enqueuer.enqueueIn,
    audit,
    setTime: (at: string | number) => void (nowMs = typeof at === 'number' ? at : Date.parse(at)),
    sync: (declarations: readonly ScheduleDeclaration[], enabled = true) =>
      syncSchedules({ pool, declarations, enabled, now }),
    fire: (changes: Partial<Firing> = {}) => fireDue({ ...firing, ...changes }),
    /** Moves the clock and fires what is due then. */
    async fireAt(at: string, changes: Partial<Firing> = {}): Promise<number> {
      nowMs = Date.parse(at);
      return await fireDue({ ...firing, ...changes });
    },
    async runs(name?: string): Promise<BenchRun[]> {
      const found = await pool.query(
        `SELECT schedule, fire_time, outcome, job_id, trigger FROM worker_api.schedule_run
          WHERE $1::text IS NULL OR schedule = $1 ORDER BY schedule, fire_time`,
        [name ?? null],
      );
      return found.rows.map((row) => ({
        schedule: row.schedule,
        at: row.fire_time.toISOString().slice(0, 16),
        outcome: row.outcome,
        jobId: row.job_id,
        trigger: row.trigger,
      }));
    },
    async row(name: string): Promise<any> {
      return (await pool.query('SELECT * FROM worker_api.schedule WHERE name = $1', [name])).rows[0];
    },
    async jobs(): Promise<{ id: string; state: string; start_after: Date; data: any }[]> {
      return (
        await pool.query(`SELECT id, state, start_after, data FROM pgboss.job WHERE name = 'schedules' ORDER BY id`)
      ).rows;
    },
    /** Ends jobs as a worker would; `active` starts them only. */
    async move(ids: readonly (string | null)[], state: 'active' | 'completed'): Promise<void> {
      await pool.query(`UPDATE pgboss.job SET state = $2, started_on = now() WHERE id = ANY ($1::uuid[])`, [
        ids,
        state,
      ]);
    },
    async close() {
      await boss.stop({ graceful: false, close: false });
      await pool.end();
      await database.drop();
    },
  };
}

export const outcomes = (runs: readonly BenchRun[]): string[] => runs.map(({ at, outcome }) => `${at} ${outcome}`);
