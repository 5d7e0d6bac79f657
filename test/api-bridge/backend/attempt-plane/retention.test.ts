import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteStale } from '../../../../src/api-bridge/backend/attempt-plane/retention.ts';
import { runningJob } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await openBridge();
});
afterAll(async () => bridge.close());

const TABLES = ['job_progress', 'job_log', 'job_step'] as const;

/** One row of each kind for a job, as old as is said. */
async function leave(jobId: string, age: string): Promise<void> {
  const { pool } = bridge;
  const common = [jobId, age];
  await pool.query(
    `INSERT INTO worker_api.job_progress (job_id, queue, retry_count, percent, updated_at) VALUES ($1, 'file_processing', 0, 1, now() - $2::interval)`,
    common,
  );
  await pool.query(
    `INSERT INTO worker_api.job_log (job_id, queue, retry_count, sequence, lines, created_at) VALUES ($1, 'file_processing', 0, 0, '[]', now() - $2::interval)`,
    common,
  );
  await pool.query(
    `INSERT INTO worker_api.job_step (job_id, queue, retry_count, name, value, recorded_at) VALUES ($1, 'file_processing', 0, 'a', '1', now() - $2::interval)`,
    common,
  );
}
const left = async (jobId: string) =>
  await Promise.all(
    TABLES.map(
      async (table) =>
        (await bridge.pool.query(`SELECT 1 FROM worker_api.${table} WHERE job_id = $1`, [jobId])).rowCount,
    ),
  );

describe('what attempts leave behind', () => {
  it('goes 14 days after its job has ended, and never while the job lives', async () => {
    const [living, ended, endedLongAgo] = [
      await runningJob(bridge),
      await runningJob(bridge),
      await runningJob(bridge),
    ];
    const gone = '00000000-0000-4000-8000-000000000000';
    for (const id of [living.ref.jobId, ended.ref.jobId, endedLongAgo.ref.jobId, gone]) await leave(id, '200 days');
    for (const { ref } of [ended, endedLongAgo]) await bridge.settle({ ref, outcome: { type: 'completed' } });
    await bridge.pool.query(`UPDATE pgboss.job SET completed_on = now() - interval '15 days' WHERE id = $1`, [
      endedLongAgo.ref.jobId,
    ]);
    const young = '00000000-0000-4000-8000-000000000001';
    await leave(young, '13 days');
    await deleteStale(bridge.pool);
    expect(
      await Promise.all([living.ref.jobId, ended.ref.jobId, endedLongAgo.ref.jobId, gone, young].map(left)),
    ).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  it('goes in batches, however much there is; marks and locks go when they expire', async () => {
    await bridge.pool.query(
      `INSERT INTO worker_api.idempotency_mark (key, job_id, expires_at)
       SELECT n::text, gen_random_uuid(), now() + CASE WHEN n <= 4500 THEN -1 ELSE 1 END * interval '1 hour' FROM generate_series(1, 5000) n`,
    );
    await bridge.pool.query(
      `INSERT INTO worker_api.lock (key, queue, job_id, retry_count, worker_id, expires_at)
       VALUES ('dead', 'q', gen_random_uuid(), 0, 'w', now() - interval '1 s'), ('live', 'q', gen_random_uuid(), 0, 'w', now() + interval '1 h')`,
    );
    await deleteStale(bridge.pool);
    const marks = await bridge.pool.query('SELECT count(*)::int AS n FROM worker_api.idempotency_mark');
    const locks = await bridge.pool.query('SELECT key FROM worker_api.lock');
    expect([marks.rows[0].n, locks.rows]).toEqual([500, [{ key: 'live' }]]);
  });
});
