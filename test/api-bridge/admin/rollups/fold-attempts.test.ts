import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUp } from '../../../../src/api-bridge/admin/rollups/rollup-service.ts';
import { readQueueFigures } from '../../../../src/api-bridge/admin/queues/queue-figures.ts';
import { percentileMs } from '../../../../src/api-bridge/admin/rollups/duration-classes.ts';
import { startOperatorBridge, type OperatorBridge } from '../../operators/operator-bridge.ts';
import { seedJob } from '../seed-jobs.ts';

let bridge: OperatorBridge;
beforeAll(async () => {
  bridge = await startOperatorBridge();
});
afterAll(() => bridge.stop());

/** An attempt that ran for so long and ended so long ago; `waited` says how long its job was due before. */
async function attempt(
  queue: string,
  endedAgo: number,
  ranSeconds: number,
  how: { waited?: number; failed?: boolean },
) {
  const claimedAgo = endedAgo + ranSeconds;
  const dueAgo = claimedAgo + (how.waited ?? 0);
  const state = how.failed === true ? 'failed' : 'completed';
  const id = await seedJob(bridge.pool, { queue, state, createdAgo: dueAgo, startedAgo: claimedAgo, endedAgo });
  await bridge.pool.query(
    `INSERT INTO worker_api.attempt (job_id, retry_count, queue, name, attempt, worker_id, claimed_at, settled_at,
                                     outcome, state, fingerprint)
     VALUES ($1, 0, $2, 'a.job', 1, 'w1', now() - $3::interval, now() - $4::interval, $5, $5, $6)`,
    [id, queue, `${claimedAgo} seconds`, `${endedAgo} seconds`, state, how.failed === true ? 'kind-1' : null],
  );
}

async function sums(queue: string) {
  const { minutes, waits, runs } = (await readQueueFigures(bridge.pool))(queue);
  const completed = minutes.reduce((all, minute) => all + minute.completed, 0);
  const failed = minutes.reduce((all, minute) => all + minute.failed, 0);
  return { completed, failed, minutes: minutes.length, wait: percentileMs(waits, 0.95), run: percentileMs(runs, 0.95) };
}

describe('the sums of the last hour', () => {
  it('are the same before and after minutes are summed up, and count nothing twice', async () => {
    for (let minute = 0; minute < 50; minute += 1) await attempt('email', minute * 60 + 1, 2, { waited: 30 });
    await attempt('email', 200, 2, { failed: true });
    await attempt('email', 4_000, 2, {});
    await attempt('reports', 5, 600, { waited: 0 });
    const before = await sums('email');
    expect(before).toMatchObject({ completed: 50, failed: 1, minutes: 60 });
    await rollUp(bridge.pool);
    expect(await sums('email')).toEqual(before);
    await Promise.all([rollUp(bridge.pool), rollUp(bridge.pool)]);
    expect(await sums('email')).toEqual(before);
    const { rows } = await bridge.pool.query('SELECT count(*)::int AS minutes FROM worker_api.queue_minute');
    expect(rows[0]?.['minutes']).toBeGreaterThan(40);
  });

  it('say how long jobs waited and ran, a fifth off at most', async () => {
    const email = await sums('email');
    expect(email.wait).toBeGreaterThanOrEqual(30_000);
    expect(email.wait).toBeLessThan(36_000);
    expect(email.run).toBeGreaterThanOrEqual(2_000);
    expect(email.run).toBeLessThan(2_400);
    const reports = await sums('reports');
    expect(reports.run).toBeGreaterThanOrEqual(600_000);
    expect(await sums('default')).toEqual({ completed: 0, failed: 0, minutes: 60, wait: undefined, run: undefined });
  });

  it('keep a failure by the hour as well, with when it was first and last seen', async () => {
    const kinds = await bridge.pool.query('SELECT fingerprint, queue FROM worker_api.failure_kind');
    expect(kinds.rows).toEqual([{ fingerprint: 'kind-1', queue: 'email' }]);
    const hours = await bridge.pool.query('SELECT attempts, dead FROM worker_api.failure_hour');
    expect(hours.rows).toEqual([{ attempts: 1, dead: 1 }]);
  });

  it('skip a week in which nothing happened at once', async () => {
    await bridge.pool.query(`UPDATE worker_api.rollup_mark SET upto = upto - interval '7 days'`);
    await bridge.pool.query('DELETE FROM worker_api.attempt');
    await rollUp(bridge.pool);
    const { rows } = await bridge.pool.query(
      `SELECT upto > now() - interval '2 minutes' AS fresh FROM worker_api.rollup_mark`,
    );
    expect(rows).toEqual([{ fresh: true }]);
  });
});
