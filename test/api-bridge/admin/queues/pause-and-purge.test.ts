import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { enqueueBatch } from '../../../../src/contract/routes/jobs.ts';
import { claimJobs } from '../../../../src/contract/routes/workers.ts';
import * as routes from '../../../../src/contract/routes/queues.ts';
import { createBridgeClient, type BridgeClient } from '../../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../../src/process/service-token.ts';
import { enlist, type Member } from '../../../pages/support/fleet.ts';
import { startApi, type Api } from '../../../support/api.ts';

// A machine that is busy with other things answers late, not wrongly.
vi.setConfig({ testTimeout: 60_000 });

let api: Api;
let second: Api;
let client: BridgeClient;
let member: Member;
let other: Member;
let database: pg.Pool;

beforeAll(async () => {
  api = await startApi();
  database = new pg.Pool({ connectionString: api.databaseUrl, max: 1 });
  // A second replica over the same database.
  second = await startApi({ databaseUrl: api.databaseUrl, env: { WORKER_SERVICE_TOKEN: api.secret } });
  client = createBridgeClient({
    baseUrl: api.url,
    userAgent: 'test',
    token: createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'operator' }),
  });
  const traits = { queues: ['email', 'reports'], concurrency: 4, hostname: 'h', pid: 1 };
  member = await enlist(api, 'w1', traits);
  other = await enlist(second, 'w2', traits);
}, 90_000);
afterAll(async () => {
  await member.leave();
  await other.leave();
  await client.close();
  await database.end();
  await second.stop();
  await api.stop();
});

async function enqueue(queue: string, count: number): Promise<void> {
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'p' } };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
}
const sql = async (text: string) => (await database.query(text)).rows;
const params = { name: 'email' } as const;

describe('a paused queue', () => {
  it('gives nothing to anybody on any replica, says why, and outlives a restart', async () => {
    await client.call(routes.pauseQueue, { params, body: { reason: 'the relay is down' } });
    await enqueue('email', 4);
    expect(await claimedAtOnce(api)).toBe(0);
    expect(await claimedAtOnce(second)).toBe(0);
    await api.restart();
    expect(await claimedAtOnce(api)).toBe(0);
    const { data } = await client.call(routes.readQueue, { params });
    expect(data.queue.paused).toMatchObject({ by: 'heron', reason: 'the relay is down' });
    expect(data.queue.ready).toBe(4);
  });

  it('leaves every other queue alone', async () => {
    await enqueue('reports', 1);
    expect(await member.claim('reports', 1)).toHaveLength(1);
  });

  it('wakes claims that are parked on another replica when it is resumed', async () => {
    const parked = other.claim('email', 2);
    await vi.waitUntil(async () => (await parkedClaims(second)) > 0, { timeout: 20_000 });
    await client.call(routes.resumeQueue, { params, body: { reason: 'it is back' } });
    expect(await parked).toHaveLength(2);
    const { data } = await client.call(routes.readQueue, { params });
    expect(data.queue.paused).toBeUndefined();
    const lines = await sql(`SELECT action, target, reason FROM worker_api.audit ORDER BY id`);
    expect(lines).toEqual([
      { action: 'queue.pause', target: 'email', reason: 'the relay is down' },
      { action: 'queue.resume', target: 'email', reason: 'it is back' },
    ]);
  });

  it('is refused without a reason, for a queue that does not exist, and to a viewer', async () => {
    const pause = (name: string, reason: string) =>
      client.call(routes.pauseQueue, { params: { name }, body: { reason } });
    await expect(pause('email', 'no')).rejects.toMatchObject({ status: 422 });
    await expect(pause('nowhere', 'because')).rejects.toMatchObject({ status: 404 });
    const viewer = await createTokenSource(api.secret, { type: 'operator', sub: 'eve', role: 'viewer' })();
    await expect(
      client.call(routes.pauseQueue, { params, body: { reason: 'because' }, token: viewer }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('a purge', () => {
  it('counts first, wants the name typed, and deletes what waits but not what runs or has ended', async () => {
    const name = { params: { name: 'reports' } };
    await enqueue('reports', 700);
    await enqueue('reports', 503);
    const held = await member.claim('reports', 2);
    expect(held).toHaveLength(2);
    const purge = async (body: object) => (await client.call(routes.purgeQueue, { ...name, body })).data;
    expect(await purge({ preview: true })).toEqual({ matched: 1_201, purged: 0, more: false });
    await expect(purge({ confirm: 'report', reason: 'a test' })).rejects.toMatchObject({ status: 422 });
    await expect(purge({ confirm: 'reports' })).rejects.toMatchObject({ status: 422 });
    expect(await purge({ confirm: 'reports', reason: 'sent twice' })).toEqual({
      matched: 1_201,
      purged: 1_201,
      more: false,
    });
    const left = await sql(
      `SELECT state::text, count(*)::int FROM pgboss.job WHERE name = 'reports' GROUP BY 1 ORDER BY 1`,
    );
    expect(left).toEqual([{ state: 'active', count: 3 }]);
    const [line] = await sql(`SELECT detail FROM worker_api.audit WHERE action = 'queue.purge'`);
    expect(line).toEqual({ detail: { matched: 1_201, purged: 1_201, more: false } });
  });
});

/** How many jobs of the queue a claim that does not wait is given. */
async function claimedAtOnce(of: Api): Promise<number> {
  const id = of === api ? 'w1' : 'w2';
  const worker = createBridgeClient({
    baseUrl: of.url,
    userAgent: 'test',
    token: createTokenSource(api.secret, { type: 'worker', sub: id }),
  });
  const { status, data } = await worker.call(claimJobs, { params: { id }, body: { queues: ['email'], limit: 4 } });
  await worker.close();
  return status === 204 ? 0 : data.jobs.length;
}

async function parkedClaims(of: Api): Promise<number> {
  const token = await createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'viewer' })();
  const answer = await fetch(`${of.url}/health/detailed`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as { queue: { parkedClaims: number } };
  return body.queue.parkedClaims;
}
