import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Failure } from '../../../../src/contract/settlement.ts';
import { enqueueBatch } from '../../../../src/contract/routes/jobs.ts';
import * as routes from '../../../../src/contract/routes/dead-letters.ts';
import { createBridgeClient, type BridgeClient } from '../../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../../src/process/service-token.ts';
import { enlist, type Member } from '../../../pages/support/fleet.ts';
import { startApi, type Api } from '../../../support/api.ts';

vi.setConfig({ testTimeout: 60_000 });

let api: Api;
let client: BridgeClient;
let member: Member;
let database: pg.Pool;

beforeAll(async () => {
  api = await startApi();
  database = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
  client = createBridgeClient({
    baseUrl: api.url,
    userAgent: 'test',
    token: createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'operator' }),
  });
  member = await enlist(api, 'w1', { queues: ['email', 'reports'], concurrency: 50, hostname: 'h', pid: 1 });
  await fail('email', 5, { message: 'mailbox is full', code: 'smtp_452' }, { retry: false });
  await fail('reports', 2, { message: 'no room' }, { retryInSeconds: 0 }, { maxAttempts: 1 });
  await fail('reports', 1, { message: 'later' }, { retryInSeconds: 600 });
}, 60_000);
afterAll(async () => {
  await member.leave();
  await client.close();
  await database.end();
  await api.stop();
});

async function fail(queue: string, count: number, error: Failure, how: object, more: object = {}): Promise<void> {
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'p' }, ...more };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  for (const claimed of await member.claim(queue, count)) await member.fail(claimed, error, how);
}

const sql = async (text: string) => (await database.query(text)).rows;
const list = async (query: object = {}) =>
  (await client.call(routes.listDeadLetters, { query: { limit: 50, ...query } })).data;
/** Counts are shared among viewers for a moment. */
async function totalOnce(total: number): Promise<void> {
  await expect.poll(async () => (await list()).total, { timeout: 20_000, interval: 200 }).toBe(total);
}

describe('dead letters', () => {
  it('are told by queue and reason, and hold nothing that still has an attempt', async () => {
    const { letters, byQueue, byReason, total, more } = await list();
    expect([letters.length, total, more]).toEqual([7, 7, false]);
    expect(byQueue).toEqual([
      { word: 'email', count: 5 },
      { word: 'reports', count: 2 },
    ]);
    expect(byReason).toEqual([
      { word: 'non_retryable', count: 5 },
      { word: 'exhausted', count: 2 },
    ]);
    expect(letters[0]).toMatchObject({ queue: 'reports', reason: 'exhausted', message: 'no room', workerId: 'w1' });
    expect((await list({ queue: 'email' })).letters).toHaveLength(5);
    expect((await list({ reason: 'exhausted' })).letters).toHaveLength(2);
    expect((await list({ reason: 'poison' })).letters).toEqual([]);
  });

  it('are paged by key, so that none is shown twice or missed', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.letters.map((letter) => letter.jobId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
    await expect(list({ cursor: 'forged' })).rejects.toMatchObject({ status: 422 });
  });

  it('are redriven at a pace: counted first, and each job starts behind the one before', async () => {
    const call = async (body: object) => (await client.call(routes.redriveDeadLetters, { body })).data;
    const filter = { queue: 'email' };
    expect(await call({ filter, preview: true })).toEqual({
      matched: 5,
      changed: 0,
      sorts: [{ name: 'files.thumbnail', error: 'smtp_452', count: 5 }],
    });
    await expect(call({ filter })).rejects.toMatchObject({ status: 422 });
    await expect(call({ reason: 'neither this nor that' })).rejects.toMatchObject({ status: 422 });
    expect(await call({ filter, perMinute: 6, reason: 'the relay is back' })).toMatchObject({ matched: 5, changed: 5 });
    const starts = await sql(`SELECT round(extract(epoch FROM start_after - now()) / 10)::int AS tens, state::text
                                FROM pgboss.job WHERE name = 'email' ORDER BY start_after`);
    expect(starts).toEqual([0, 1, 2, 3, 4].map((tens) => ({ tens, state: 'retry' })));
    await totalOnce(2);
    expect(await sql(`SELECT count(*)::int FROM pgboss.job WHERE name = 'dead_letter'`)).toEqual([{ count: 2 }]);
  });

  it('are discarded when they were picked, and no other', async () => {
    const [one, other] = (await list()).letters;
    const body = { picked: [one?.jobId ?? ''], reason: 'nobody misses it' };
    expect((await client.call(routes.discardDeadLetters, { body })).data).toMatchObject({ matched: 1, changed: 1 });
    expect((await list()).letters.map((letter) => letter.jobId)).toEqual([other?.jobId]);
    const lines = await sql(`SELECT action, count::int, reason FROM worker_api.audit ORDER BY id`);
    expect(lines).toEqual([
      { action: 'dead.redrive', count: 5, reason: 'the relay is back' },
      { action: 'dead.discard', count: 1, reason: 'nobody misses it' },
    ]);
  });

  it('are for operators to act on: a viewer reads only', async () => {
    const token = await createTokenSource(api.secret, { type: 'operator', sub: 'eve', role: 'viewer' })();
    const body = { filter: {}, reason: 'because I can' };
    await expect(client.call(routes.redriveDeadLetters, { body, token })).rejects.toMatchObject({ status: 403 });
    await expect(client.call(routes.discardDeadLetters, { body, token })).rejects.toMatchObject({ status: 403 });
    expect((await client.call(routes.listDeadLetters, { query: {}, token })).data.letters).toHaveLength(1);
  });
});
