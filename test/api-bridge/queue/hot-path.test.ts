import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '../../../src/api-bridge/db/migrate.ts';
import { createPool, type Pool } from '../../../src/api-bridge/db/pool.ts';
import { type Boss, createBoss } from '../../../src/api-bridge/queue/boss.ts';
import { migrateQueue } from '../../../src/api-bridge/queue/engine.ts';
import { createHotPool } from '../../../src/api-bridge/queue/hot-pool.ts';
import { runPrepared } from '../../../src/api-bridge/queue/prepared.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

const log = createLogger({ name: 'test', level: 'silent' });

let database: TestDatabase;
let pool: Pool;
let hot: Pool;
let boss: Boss;

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool({ url: database.url, max: 4, applicationName: 'test' }, log);
  hot = createHotPool(database.url, log);
  await applyMigrations(pool, 'migrations');
  await migrateQueue(pool, log);
  boss = createBoss(pool, { migrate: false }, log);
  await boss.start();
}, 60_000);

afterAll(async () => {
  await boss.stop({ graceful: false, close: false });
  await hot.end();
  await pool.end();
  await database.drop();
});

/** How PostgreSQL would run pg-boss's fetch on this pool. */
async function planOfFetch(on: Pool, batchSize: number): Promise<string> {
  let plan = '';
  const explaining = {
    executeSql: async (text: string, values: unknown[] = []) => {
      const explained = await on.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plan = explained.rows.map((row) => row['QUERY PLAN']).join('\n');
      return { rows: [] };
    },
  };
  await boss.fetch('email', { batchSize, includeMetadata: true, db: explaining });
  return plan;
}

it('a claim walks the index that is in order, also when the statistics know nothing of the queue', async () => {
  await pool.query('ALTER TABLE pgboss.job_common SET (autovacuum_enabled = off)');
  await pool.query('ANALYZE pgboss.job_common');
  const rows = Array.from({ length: 3_000 }, (_, n) => ({ data: { name: 'x', payload: { n } } }));
  await boss.insert('email', rows);
  for (const batchSize of [1, 20, 500]) {
    const plan = await planOfFetch(hot, batchSize);
    expect(plan).toContain('job_common_i11');
    expect(plan).not.toMatch(/Seq Scan|Sort|Bitmap/);
  }
});

it('the tables that turn over are cleaned and looked at early, on any server', async () => {
  const found = await pool.query<{ of: string; options: string[] | null }>(
    `SELECT oid::regclass::text AS of, reloptions AS options FROM pg_class
      WHERE oid IN ('pgboss.job_common'::regclass, 'worker_api.attempt'::regclass)`,
  );
  expect(found.rows).toHaveLength(2);
  for (const { options } of found.rows) expect(options).toContain('autovacuum_analyze_scale_factor=0.02');
});

it('a name that the server has forgotten costs no statement', async () => {
  const client = await pool.connect();
  try {
    const ask = () => runPrepared(client, { text: 'SELECT $1::int + 1 AS n', values: [41] });
    expect((await ask()).rows).toEqual([{ n: 42 }]);
    const prepared = await client.query('SELECT name FROM pg_prepared_statements');
    expect(prepared.rowCount).toBe(1);
    // What a pooler does that gives each transaction another connection.
    await client.query('DEALLOCATE ALL');
    expect((await ask()).rows).toEqual([{ n: 42 }]);
    expect((await ask()).rows).toEqual([{ n: 42 }]);
  } finally {
    client.release();
  }
});
