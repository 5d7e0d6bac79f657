import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Boss, createBoss } from '../../../src/api-bridge/queue/boss.ts';
import { completeInOne } from '../../../src/api-bridge/queue/complete-in-one.ts';
import { migrateQueue } from '../../../src/api-bridge/queue/engine.ts';
import { applyMigrations } from '../../../src/api-bridge/db/migrate.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

const QUEUE = 'default';
const log = createLogger({ name: 'test', level: 'silent' });

let database: TestDatabase;
let pool: pg.Pool;
let boss: Boss;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  await applyMigrations(pool, 'migrations');
  await migrateQueue(pool, log);
  boss = createBoss(pool, { migrate: false }, log);
  await boss.start();
}, 60_000);

afterAll(async () => {
  await boss.stop({ graceful: false, close: false });
  await pool.end();
  await database.drop();
});

async function claim(count: number) {
  await boss.insert(
    QUEUE,
    Array.from({ length: count }, () => ({ id: randomUUID(), data: { name: 'bench.noop' } })),
  );
  const jobs = await boss.fetch(QUEUE, { batchSize: count });
  return jobs.map(({ id, retryCount }) => ({
    ref: {
      queue: QUEUE,
      jobId: id,
      retryCount: retryCount,
      workerId: 'w',
      attempt: 1,
      claimedAtMs: Date.now(),
      name: 'n',
    },
    output: { of: id },
  }));
}

const recorded = async (ids: readonly string[]) =>
  (await pool.query('SELECT job_id, output FROM worker_api.attempt WHERE job_id = ANY($1) ORDER BY job_id', [ids]))
    .rows;

describe('completing and recording in one statement', () => {
  it('still knows how the statement of the installed pg-boss ends', async () => {
    const [done] = await claim(1);
    expect(await completeInOne(boss, pool, QUEUE, [done!])).toEqual(new Set([done!.ref.jobId]));
  });

  it('gives each job its own output', async () => {
    const batch = await claim(20);
    const ids = batch.map(({ ref }) => ref.jobId).sort();
    expect((await completeInOne(boss, pool, QUEUE, batch))?.size).toBe(20);
    expect(await recorded(ids)).toEqual(ids.map((id) => ({ job_id: id, output: { of: id } })));
  });

  it('records nothing of an attempt that no longer holds its job', async () => {
    const batch = await claim(3);
    const stale = { ...batch[0]!, ref: { ...batch[0]!.ref, retryCount: 7 } };
    const settled = await completeInOne(boss, pool, QUEUE, [stale, batch[1]!, batch[2]!]);
    expect(settled).toEqual(new Set([batch[1]!.ref.jobId, batch[2]!.ref.jobId]));
    expect(await recorded([stale.ref.jobId])).toEqual([]);
    expect(await completeInOne(boss, pool, QUEUE, [batch[1]!])).toEqual(new Set());
  });
});
