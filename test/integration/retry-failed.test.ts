import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createWorker } from '../wire/support/actors.ts';
import { callerAs } from '../wire/support/client.ts';

const QUEUE = 'billing';
let api: Api;

beforeAll(async () => {
  api = await startApi();
}, 60_000);

afterAll(() => api.stop());

it('redrives dead letters of one kind: counts first, wants a reason, leaves the others, and is written down', async () => {
  const worker = await createWorker(api, [QUEUE]);
  const producer = createProducer(api);
  const operator = callerAs(api, 'operator', 'olivia');
  const ids: string[] = [];
  for (const code of ['no_credit', 'no_credit', 'no_address']) {
    const id = await producer.enqueue(QUEUE, { maxAttempts: 3 });
    await worker.fail(await worker.claimOne(QUEUE), { retry: false, error: { message: 'no', code } });
    ids.push(id);
  }
  const body = { queue: QUEUE, code: 'no_credit' };
  expect((await operator.post('/admin/jobs/retry', { ...body, preview: true })).data).toEqual({
    matched: 2,
    retried: 0,
  });
  const unreasoned = await operator.post('/admin/jobs/retry', body);
  expect([unreasoned.status, unreasoned.body.errors[0].path]).toEqual([422, 'reason']);
  expect((await callerAs(api, 'operator', 'v', { role: 'viewer' }).post('/admin/jobs/retry', body)).status).toBe(403);

  const done = await operator.post('/admin/jobs/retry', { ...body, reason: 'the cards work again' });
  expect(done.data).toEqual({ matched: 2, retried: 2 });
  const states = await Promise.all(ids.map(async (id) => (await producer.view(QUEUE, id)).state));
  expect(states).toEqual([expect.stringMatching(/created|retry/), expect.stringMatching(/created|retry/), 'failed']);
  // What was tried again runs to its end, and asked twice there is nothing left to do.
  for (let n = 0; n < 2; n += 1) await worker.complete(await worker.claimOne(QUEUE));
  expect((await operator.post('/admin/jobs/retry', { ...body, reason: 'again' })).data).toEqual({
    matched: 0,
    retried: 0,
  });

  const database = new pg.Client({ connectionString: api.databaseUrl });
  await database.connect();
  const entries = await database.query(
    `SELECT actor, reason, detail FROM worker_api.audit WHERE action = 'jobs.retry' ORDER BY id`,
  );
  const left = await database.query(`SELECT count(*)::int AS n FROM pgboss.job WHERE name = 'dead_letter'`);
  await database.end();
  expect(entries.rows[0]).toMatchObject({
    actor: 'operator olivia',
    reason: 'the cards work again',
    detail: { retried: 2 },
  });
  expect(left.rows[0].n, 'the copies of the redriven ones are gone').toBe(1);
});
