import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { bulkRequest } from '../../../src/contract/job-bulk.ts';
import { changeManyJobs, readBulkAction, stopBulkAction } from '../../../src/contract/routes/job-search.ts';
import { enqueueBatch, readJob } from '../../../src/contract/routes/jobs.ts';
import { createBridgeClient, type BridgeClient } from '../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { startApi, type Api } from '../../support/api.ts';

let api: Api;
let client: BridgeClient;
let pool: pg.Pool;

beforeAll(async () => {
  api = await startApi();
  const token = createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'operator' });
  client = createBridgeClient({ baseUrl: api.url, userAgent: 'test', token });
  pool = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
});
afterAll(async () => {
  await client.close();
  await pool.end();
  await api.stop();
});

async function enqueue(queue: string, count: number, more: object = {}): Promise<string[]> {
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'p' }, ...more };
  return (await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } })).data.ids;
}

async function run(body: z.input<typeof bulkRequest>) {
  const { data } = await client.call(changeManyJobs, { body: { reason: 'a test of it', ...body } });
  const id = data.action?.id ?? '';
  await expect
    .poll(async () => (await client.call(readBulkAction, { params: { id } })).data.state, { timeout: 15_000 })
    .toBe('done');
  return { preview: data.preview, action: (await client.call(readBulkAction, { params: { id } })).data };
}

const stateOf = async (queue: string, id: string) =>
  (await client.call(readJob, { params: { queue, id } })).data.job.state;

describe('an action on many jobs', () => {
  it('counts without touching anything when it is only previewed', async () => {
    const [id = ''] = await enqueue('email', 3);
    const { status, data } = await client.call(changeManyJobs, {
      body: { verb: 'cancel', q: 'queue:email', preview: true },
    });
    expect(status).toBe(200);
    expect(data.action).toBeUndefined();
    expect(data.preview).toMatchObject({ matched: 3, more: false, kinds: [{ name: 'files.thumbnail', count: 3 }] });
    expect(await stateOf('email', id)).toBe('created');
  });

  it('cancels all that match, retries them, and writes down who asked and how many it were', async () => {
    const ids = await enqueue('reports', 250);
    const others = await enqueue('default', 2);
    expect((await run({ verb: 'cancel', q: 'queue:reports state:ready' })).action).toMatchObject({
      done: 250,
      skipped: 0,
      expected: 250,
    });
    expect(await stateOf('reports', ids[249] ?? '')).toBe('cancelled');
    expect(await stateOf('default', others[0] ?? '')).toBe('created');
    const { action } = await run({ verb: 'retry', q: 'queue:reports' });
    expect(action.done).toBe(250);
    expect(await stateOf('reports', ids[0] ?? '')).not.toBe('cancelled');
    const audit = await pool.query(
      `SELECT action, actor, count::int, reason FROM worker_api.audit WHERE detail->>'bulk' = $1 ORDER BY id`,
      [action.id],
    );
    expect(audit.rows).toEqual([
      { action: 'jobs.retry', actor: 'operator heron', count: 250, reason: 'a test of it' },
      { action: 'jobs.retry.done', actor: 'operator heron', count: 250, reason: 'a test of it' },
    ]);
  });

  it('does it to the named jobs only, and skips those that moved on', async () => {
    const [a = '', b = '', c = ''] = await enqueue('billing', 3);
    await run({ verb: 'cancel', jobs: [{ queue: 'billing', id: a }] });
    const jobs = [a, b].map((id) => ({ queue: 'billing', id }));
    expect((await run({ verb: 'cancel', jobs })).action).toMatchObject({ done: 1, skipped: 1 });
    expect(await stateOf('billing', c)).toBe('created');
    expect((await run({ verb: 'delete', jobs })).action.done).toBe(2);
    await expect(stateOf('billing', a)).rejects.toMatchObject({ status: 404 });
  });

  it('moves jobs that wait with what is kept about them, and leaves those whose key holds them', async () => {
    const [id = ''] = await enqueue('services', 1);
    const [keyed = ''] = await enqueue('services', 1, { singletonKey: 'k' });
    expect((await run({ verb: 'move', q: 'queue:services', to: 'compliance' })).action).toMatchObject({
      done: 1,
      skipped: 1,
    });
    expect(await stateOf('compliance', id)).toBe('created');
    expect(await stateOf('services', keyed)).toBe('created');
    expect((await run({ verb: 'priority', q: 'queue:compliance', priority: 9 })).action.done).toBe(1);
    const { data } = await client.call(readJob, { params: { queue: 'compliance', id } });
    expect(data.job.priority).toBe(9);
  });

  it('goes on after the API was killed, and ends where it is stopped', async () => {
    await enqueue('integrations', 600);
    const { data } = await client.call(changeManyJobs, {
      body: { verb: 'cancel', q: 'queue:integrations', reason: 'killed half-way' },
    });
    await api.restart();
    const id = data.action?.id ?? '';
    await expect
      .poll(async () => (await client.call(readBulkAction, { params: { id } })).data.state, { timeout: 20_000 })
      .toBe('done');
    const left = await pool.query(
      `SELECT count(*)::int AS n FROM pgboss.job WHERE name = 'integrations' AND state < 'active'`,
    );
    expect(left.rows[0].n).toBe(0);
    const stopped = await client.call(stopBulkAction, { params: { id } });
    expect(stopped.data.state).toBe('done');
  });

  it.each([
    ['q', { verb: 'retry' }],
    ['to', { verb: 'move', q: '' }],
    ['priority', { verb: 'priority', q: '' }],
    ['reason', { verb: 'delete', q: '', reason: undefined }],
    ['query.q', { verb: 'delete', q: 'age:soon' }],
  ])('says that %s is at fault', async (path, body) => {
    await expect(
      client.call(changeManyJobs, { body: { reason: 'a test of it', ...body } as z.input<typeof bulkRequest> }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining(path) });
  });
});
