import { afterAll, beforeAll, expect, it } from 'vitest';
import { countExactly } from '../../../src/api-bridge/admin/count-exactly.ts';
import { readCounts } from '../../../src/api-bridge/admin/counts.ts';
import { readOnly } from '../../../src/api-bridge/admin/read-only.ts';
import { createBoss } from '../../../src/api-bridge/queue/boss.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { startOperatorBridge, type OperatorBridge } from '../operators/operator-bridge.ts';

let bridge: OperatorBridge;

beforeAll(async () => {
  bridge = await startOperatorBridge();
  await bridge.pool.query(`
    INSERT INTO pgboss.job (name, state, data, start_after, created_on)
    SELECT CASE WHEN n % 2 = 0 THEN 'default' ELSE 'email' END,
           (CASE WHEN n <= 24000 THEN 'created' WHEN n <= 24400 THEN 'retry' WHEN n <= 24500 THEN 'active'
                 WHEN n <= 25000 THEN 'failed' WHEN n <= 26000 THEN 'cancelled' ELSE 'completed' END)::pgboss.job_state,
           '{"name": "a.job", "payload": {}}',
           now() + CASE WHEN n % 24 < 2 AND n <= 24000 THEN interval '1 hour' ELSE interval '-10 minutes' END,
           now() - interval '20 minutes'
    FROM generate_series(1, 40000) AS n`);
  await bridge.pool.query('ANALYZE pgboss.job_common');
  const boss = createBoss(bridge.pool, { migrate: false }, createLogger({ name: 'test', level: 'silent' }));
  await boss.start();
  await boss.supervise();
  await boss.stop({ graceful: false, close: false });
});
afterAll(() => bridge.stop());

it('comes close to the exact counts without reading the table, also beyond what it counts one by one', async () => {
  const rough = await readCounts(bridge.pool, 0);
  const exact = await readCounts(bridge.pool, Number.MAX_SAFE_INTEGER);
  expect([rough.estimated, exact.estimated]).toEqual([true, false]);
  for (const name of ['default', 'email']) {
    const [guess, truth] = [rough, exact].map((counts) => counts.queues.find((queue) => queue.name === name));
    for (const state of ['active', 'failed'] as const) expect(guess?.[state]).toBe(truth?.[state]);
    for (const state of ['ready', 'waiting', 'retry', 'completed', 'cancelled'] as const) {
      const [got, wanted] = [guess?.[state] ?? 0, truth?.[state] ?? 0];
      expect(Math.abs(got - wanted), `${name} ${state}: ${got} for ${wanted}`).toBeLessThanOrEqual(wanted * 0.1 + 250);
    }
    expect(guess?.oldestReadySeconds).toBeCloseTo(truth?.oldestReadySeconds ?? 0, -1);
  }
});

it('gives up after a while in place of holding a connection, and may not write', async () => {
  const slow = readOnly(bridge.pool, {}, (client) => client.query('SELECT pg_sleep(60)'));
  await expect(slow).rejects.toMatchObject({ code: 'unavailable' });
  const writing = readOnly(bridge.pool, {}, (client) => client.query('DELETE FROM worker_api.audit'));
  await expect(writing).rejects.toThrow(/read-only/);
  expect(await countExactly(bridge.pool, ['default'])).toHaveLength(1);
});
