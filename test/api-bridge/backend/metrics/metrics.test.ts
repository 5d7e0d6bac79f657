import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool, type Pool } from '../../../../src/api-bridge/db/pool.ts';
import { exposeMetrics } from '../../../../src/api-bridge/backend/metrics/expose-metrics.ts';
import { listMetrics } from '../../../../src/api-bridge/backend/metrics/read-metrics.ts';
import { deleteOldMetrics } from '../../../../src/api-bridge/backend/metrics/retention.ts';
import { writeMetrics } from '../../../../src/api-bridge/backend/metrics/write-metrics.ts';
import { migrate } from '../../../../src/api-bridge/migrate.ts';
import { createLogger } from '../../../../src/process/logger.ts';
import { createDatabase, type TestDatabase } from '../../../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  database = await createDatabase();
  pool = createPool({ url: database.url, max: 8, applicationName: 'test' }, log);
  await migrate(pool, log);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const sample = (name: string, value: number, ageSeconds = 0) => ({ type: 'counter' as const, name, value, ageSeconds });
const write = (samples: ReturnType<typeof sample>[], batchId = randomUUID()) =>
  writeMetrics(pool, 'w1', { batchId, samples });
const totalOf = async (name: string) => (await listMetrics(pool)).find((metric) => metric.name === name);
const countOf = async (name: string) => {
  const found = await pool.query('SELECT count(*)::int AS count FROM worker_api.metric_sample WHERE name = $1', [name]);
  return found.rows[0].count;
};

it('a batch that is sent twice, even at the same time, counts once', async () => {
  const batchId = randomUUID();
  await Promise.all(Array.from({ length: 8 }, () => write([sample('twice', 3)], batchId)));
  expect(await totalOf('twice')).toMatchObject({ samples: 1, sum: 3 });
});

it('batches that count the same names in any order neither deadlock nor lose a count', async () => {
  const names = Array.from({ length: 20 }, (_, nth) => `shared ${nth}`);
  const batches = Array.from({ length: 40 }, (_, nth) => (nth % 2 === 0 ? names : names.toReversed()));
  await Promise.all(batches.map((batch) => write(batch.map((name) => sample(name, 1)))));
  for (const name of names) expect(await totalOf(name)).toMatchObject({ samples: 40, sum: 40 });
});

it('a day and a thousand of a name are kept, and no sum is touched by that', async () => {
  for (let batch = 0; batch < 3; batch += 1) {
    await write(Array.from({ length: 500 }, (_, nth) => sample('many', batch * 500 + nth)));
  }
  await write([sample('old', 1, 86_400), sample('young', 1, 86_000)]);
  await deleteOldMetrics(pool);
  expect([await countOf('many'), await countOf('old'), await countOf('young')]).toEqual([1000, 0, 1]);
  const least = await pool.query(`SELECT min(value) AS least FROM worker_api.metric_sample WHERE name = 'many'`);
  expect(least.rows[0].least).toBe(500);
  expect(await totalOf('many')).toMatchObject({ samples: 1500 });
});

it('a name that jobs made up cannot forge a line of the exposition', async () => {
  await write([sample('a"} 1\npowernode_api_up 0\\', 1)]);
  const text = await exposeMetrics(pool);
  expect(text).toContain('powernode_job_events_total{name="a\\"} 1\\npowernode_api_up 0\\\\"} 1\n');
  expect(text).not.toMatch(/^powernode_api_up/m);
});
