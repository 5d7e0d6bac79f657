import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FailureKind } from '../../../../src/contract/failure-view.ts';
import { enqueueBatch } from '../../../../src/contract/routes/jobs.ts';
import * as routes from '../../../../src/contract/routes/failures.ts';
import { createBridgeClient, type BridgeClient } from '../../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../../src/process/service-token.ts';
import { createLogger } from '../../../../src/process/logger.ts';
import { createPool } from '../../../../src/api-bridge/db/pool.ts';
import { readFailureKinds } from '../../../../src/api-bridge/admin/failures/failure-kinds.ts';
import { rollUp } from '../../../../src/api-bridge/admin/rollups/rollup-service.ts';
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
  const traits = { queues: ['email'], concurrency: 50, hostname: 'h', pid: 1, version: '1.4.2' };
  member = await enlist(api, 'w1', traits);
  await fail(3, (n) => ({ message: `mailbox ${n} is full`, code: 'smtp_452' }));
  await fail(2, (n) => ({ message: `greylisted for ${n} s`, name: 'SmtpError' }), { retryInSeconds: 600 });
  await fail(1, () => ({ message: 'no such host' }));
}, 60_000);
afterAll(async () => {
  await member.leave();
  await client.close();
  await database.end();
  await api.stop();
});

async function fail(count: number, error: (n: number) => { message: string }, how: object = { retry: false }) {
  const job = { name: 'files.thumbnail', queue: 'email', payload: { processing_job_id: 'p' } };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  for (const [n, claimed] of (await member.claim('email', count)).entries()) await member.fail(claimed, error(n), how);
}

const sql = async (text: string) => (await database.query(text)).rows;
/** The list is shared among viewers for a moment, so what was just done is waited for. */
async function kindsOnce(met: (kinds: FailureKind[]) => boolean, query: object = {}): Promise<FailureKind[]> {
  return await vi.waitFor(
    async () => {
      const { kinds } = (await client.call(routes.listFailures, { query: { muted: 'no' as const, ...query } })).data;
      if (!met(kinds)) throw new Error(`not yet: ${JSON.stringify(kinds)}`);
      return kinds;
    },
    { timeout: 20_000, interval: 200 },
  );
}

describe('failures by kind', () => {
  it('are one line for one fault, with when it began, where, and on which version', async () => {
    const kinds = await kindsOnce((found) => found.length === 3);
    expect(kinds[0]).toMatchObject({
      name: 'files.thumbnail',
      queue: 'email',
      code: 'smtp_452',
      message: 'mailbox 0 is full',
      attempts: { '1h': 3, '3h': 3, '24h': 3, '7d': 3 },
      dead: 3,
      firstVersion: '1.4.2',
    });
    expect(kinds[0]?.perHour.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(kinds[1]).toMatchObject({ errorName: 'SmtpError', dead: 0 });
  });

  it('count the same before and after they are summed up', async () => {
    const pool = createPool(
      { url: api.databaseUrl, max: 2, applicationName: 'test' },
      createLogger({ name: 'test', level: 'silent' }),
    );
    // As if it had all happened some minutes ago.
    await pool.query(`UPDATE worker_api.attempt SET settled_at = settled_at - interval '10 minutes',
                                                    claimed_at = claimed_at - interval '10 minutes'`);
    await pool.query(`UPDATE worker_api.rollup_mark SET upto = date_trunc('minute', now() - interval '1 hour')`);
    const before = await readFailureKinds(pool);
    await rollUp(pool);
    expect((await sql('SELECT count(*)::int AS kinds FROM worker_api.failure_kind'))[0]).toEqual({ kinds: 3 });
    expect(await readFailureKinds(pool)).toEqual(before);
    await pool.end();
  });

  it('open their attempts, newest first, page by page', async () => {
    const [kind] = await kindsOnce((found) => found.length === 3);
    const params = { fingerprint: kind?.fingerprint ?? '' };
    const first = (await client.call(routes.readFailure, { params, query: { within: '1h', limit: 2 } })).data;
    expect(first.attempts.map((each) => each.message)).toEqual(['mailbox 2 is full', 'mailbox 1 is full']);
    expect(first).toMatchObject({ retryable: 3, attempts: [{ last: true, state: 'failed', workerId: 'w1' }, {}] });
    const query = { within: '1h' as const, limit: 2, cursor: first.nextCursor };
    const second = (await client.call(routes.readFailure, { params, query })).data;
    expect(second.attempts.map((each) => each.message)).toEqual(['mailbox 0 is full']);
    expect(second.nextCursor).toBeUndefined();
    await expect(
      client.call(routes.readFailure, { params: { fingerprint: '0'.repeat(16) }, query: {} }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('can be muted with a reason and come back', async () => {
    const [kind] = await kindsOnce((found) => found.length === 3);
    const fingerprints = [kind?.fingerprint ?? ''];
    await client.call(routes.muteFailures, { body: { fingerprints, muted: true, reason: 'the relay knows' } });
    expect(await kindsOnce((found) => found.length === 2)).not.toContainEqual(expect.objectContaining(kind ?? {}));
    const all = await kindsOnce((found) => found.length === 3, { muted: 'yes' });
    expect(all[0]?.muted).toMatchObject({ by: 'heron', reason: 'the relay knows' });
    await client.call(routes.muteFailures, { body: { fingerprints, muted: false, reason: 'it does not' } });
    await kindsOnce((found) => found.length === 3);
  });

  it('are retried together: counted first, then each job with its history', async () => {
    const [kind] = await kindsOnce((found) => found.length === 3);
    const fingerprints = [kind?.fingerprint ?? ''];
    const call = async (body: object) =>
      (await client.call(routes.retryFailures, { body: { fingerprints, ...body } })).data;
    expect(await call({ preview: true })).toEqual({ matched: 3, changed: 0 });
    await expect(call({})).rejects.toMatchObject({ status: 422 });
    expect(await call({ reason: 'the relay is back' })).toEqual({ matched: 3, changed: 3 });
    expect(await call({ preview: true })).toEqual({ matched: 0, changed: 0 });
    const states = await sql(
      `SELECT state::text, count(*)::int FROM pgboss.job WHERE name <> 'dead_letter' GROUP BY 1 ORDER BY 2`,
    );
    expect(states).toEqual([
      { state: 'failed', count: 1 },
      { state: 'retry', count: 5 },
    ]);
  });

  it('are discarded together: their copies leave the dead letters, the jobs stay in the history', async () => {
    const kinds = await kindsOnce((found) => found.length === 3);
    const fingerprints = kinds.map((kind) => kind.fingerprint);
    expect(await sql(`SELECT count(*)::int FROM pgboss.job WHERE name = 'dead_letter'`)).toEqual([{ count: 1 }]);
    const { data } = await client.call(routes.discardFailures, { body: { fingerprints, reason: 'nobody misses it' } });
    expect(data).toEqual({ matched: 1, changed: 1 });
    expect(await sql(`SELECT count(*)::int FROM pgboss.job WHERE name = 'dead_letter'`)).toEqual([{ count: 0 }]);
    const lines = await sql(`SELECT action, count::int FROM worker_api.audit ORDER BY id`);
    expect(lines).toEqual([
      { action: 'failure.mute', count: null },
      { action: 'failure.unmute', count: null },
      { action: 'failures.retry', count: 3 },
      { action: 'failures.discard', count: 1 },
    ]);
  });
});
