import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as routes from '../../../src/contract/routes/schedules.ts';
import { createBridgeClient, type BridgeClient } from '../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { startApi, type Api } from '../../support/api.ts';

vi.setConfig({ testTimeout: 60_000 });

const params = { name: 'trading_price_feed' } as const; // Every three minutes.
const HOUR_MS = 3_600_000;

let api: Api;
let client: BridgeClient;
let database: pg.Pool;
/** The start of an hour that is over. */
let hourMs: number;

beforeAll(async () => {
  api = await startApi();
  database = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
  client = createBridgeClient({
    baseUrl: api.url,
    userAgent: 'test',
    token: createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'operator' }),
  });
  hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
}, 60_000);
afterAll(async () => {
  await client.close();
  await database.end();
  await api.stop();
});

const sql = async (text: string) => (await database.query(text)).rows;
const iso = (ms: number) => new Date(ms).toISOString();
const hour = () => ({ from: iso(hourMs), to: iso(hourMs + HOUR_MS) });
const backfill = async (body: object) =>
  (await client.call(routes.backfillSchedule, { params, body: { ...hour(), ...body } })).data;

describe('a backfill', () => {
  it('counts first and fires each past run once, however often it is asked', async () => {
    await database.query(
      `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger) VALUES ($1, $2, 'missed', 'clock')`,
      [params.name, iso(hourMs + 180_000)],
    );
    const seen = await backfill({ preview: true });
    expect(seen).toEqual({ matched: 20, fired: 0, first: iso(hourMs), last: iso(hourMs + 57 * 60_000) });
    expect(await sql('SELECT 1 FROM pgboss.job')).toEqual([]);
    await expect(backfill({})).rejects.toMatchObject({ status: 422 });
    const [one, other] = await Promise.all([
      backfill({ reason: 'the feed was down' }),
      backfill({ reason: 'so it was' }),
    ]);
    expect([one.fired, other.fired].sort((a, b) => a - b)).toEqual([0, 20]);
    expect(await backfill({ preview: true })).toEqual({ matched: 0, fired: 0 });
    expect(await sql("SELECT count(*)::int AS jobs, min(data->>'name') AS name FROM pgboss.job")).toMatchObject([
      { jobs: 20 },
    ]);
    const runs = await sql('SELECT outcome, trigger, count(*)::int FROM worker_api.schedule_run GROUP BY 1, 2');
    expect(runs).toEqual([{ outcome: 'fired', trigger: 'hand', count: 20 }]);
    const [line] = await sql(
      `SELECT count::int, reason FROM worker_api.audit WHERE action = 'schedule.backfill' ORDER BY id`,
    );
    expect(line).toMatchObject({ count: expect.any(Number) });
  });

  it.each([
    ['a range that is not over', () => ({ to: iso(Date.now() + HOUR_MS) })],
    ['a range that ends before it begins', () => ({ to: iso(hourMs - HOUR_MS) })],
    ['a quarter of a year', () => ({ from: iso(hourMs - 100 * 24 * HOUR_MS) })],
    ['more runs than anybody waits for', () => ({ from: iso(hourMs - 30 * 24 * HOUR_MS) })],
    ['what is no time', () => ({ from: 'yesterday' })],
  ])('refuses %s', async (_, change) => {
    await expect(backfill({ ...change(), reason: 'because' })).rejects.toMatchObject({ status: 422 });
  });

  it('shows in the list as marks, the oldest first', async () => {
    const { schedules } = (await client.call(routes.listSchedules, {})).data;
    const own = schedules.find((each) => each.name === params.name);
    expect(own?.recent).toEqual(Array.from({ length: 20 }, () => 'open'));
    await database.query(`UPDATE pgboss.job SET state = 'completed', completed_on = now()`);
    await expect
      .poll(
        async () =>
          (await client.call(routes.listSchedules, {})).data.schedules.find((each) => each.name === params.name)
            ?.recent[0],
        { timeout: 20_000 },
      )
      .toBe('ok');
  });
});
