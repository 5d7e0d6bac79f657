import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '../../../src/api-bridge/db/migrate.ts';
import { createPool, type Pool } from '../../../src/api-bridge/db/pool.ts';
import { type Boss, createBoss, withExactTimes } from '../../../src/api-bridge/queue/boss.ts';
import { migrateQueue } from '../../../src/api-bridge/queue/engine.ts';
import { lookUpById } from '../../../src/api-bridge/queue/claim-statement.ts';
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
      const explained = await on.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${lookUpById(text)}`, values);
      plan = explained.rows.map((row) => row['QUERY PLAN']).join('\n');
      return { rows: [] };
    },
  };
  await boss.fetch('email', { batchSize, includeMetadata: true, db: explaining });
  return plan;
}

it('a claim walks the index that is in order, and takes what it picked by id, also when the statistics know nothing of the queue', async () => {
  await pool.query('ALTER TABLE pgboss.job_common SET (autovacuum_enabled = off)');
  const rows = Array.from({ length: 2_000 }, (_, n) => ({ data: { name: 'x', payload: { n } } }));
  await boss.insert('reports', rows);
  await pool.query('ANALYZE pgboss.job_common');
  await boss.insert('email', rows);
  for (const batchSize of [1, 20, 500]) {
    const plan = await planOfFetch(hot, batchSize);
    expect(plan).toContain('job_common_i11');
    expect(plan).toMatch(/Index Cond: \(\(name = 'email'::text\) AND \(id = ANY/);
    expect(plan).not.toMatch(/Seq Scan|Sort|Bitmap|Join|Nested/);
  }
});

it('a claim that is written so takes the same jobs', async () => {
  const client = await hot.connect();
  try {
    await client.query('BEGIN');
    const first = await boss.fetch('email', { batchSize: 7, includeMetadata: true, db: withExactTimes(client) });
    expect(new Set(first.map((job) => job.id)).size).toBe(7);
    const next = await boss.fetch('email', { batchSize: 3, includeMetadata: true, db: withExactTimes(client, true) });
    expect(next.filter((job) => first.some((taken) => taken.id === job.id))).toEqual([]);
    expect([...first, ...next].every((job) => job.state === 'active' && job.name === 'email')).toBe(true);
    expect(await boss.fetch('billing', { batchSize: 3, db: withExactTimes(client) })).toEqual([]);
    await client.query('ROLLBACK');
  } finally {
    client.release();
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
