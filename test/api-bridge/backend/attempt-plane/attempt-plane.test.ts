import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runningJob, type Running } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

let bridge: Bridge;
let mine: Running;
let other: Running;
beforeAll(async () => {
  bridge = await openBridge();
});
afterAll(async () => bridge.close());
beforeEach(async () => {
  mine = await runningJob(bridge);
  other = await runningJob(bridge);
});

const ask = (who: Running, method: string, path: string, json?: unknown) =>
  bridge.call(method, `/jobs/${who.ref.jobId}${path}`, { token: who.token, ...(json === undefined ? {} : { json }) });
const data = async (who: Running, method: string, path: string, json?: unknown) =>
  (await ask(who, method, path, json)).body.data;
const key = () => `k/${randomUUID()}`;
const settle = ({ ref }: Running) => bridge.settle({ ref, outcome: { type: 'completed' } });
const failAndRetry = ({ ref }: Running) =>
  bridge.settle({ ref, outcome: { type: 'failed', error: { message: 'no' }, retry: true, retryInSeconds: 0 } });

const ROUTES = [
  ['PUT', '/progress', { percent: 1 }],
  ['POST', '/logs', { sequence: 0, lines: ['a'] }],
  ['GET', '/steps', undefined],
  ['PUT', '/steps/a', { value: 1 }],
  ['POST', '/locks/a', {}],
  ['DELETE', '/locks/a', undefined],
  ['POST', '/idempotency/a', {}],
  ['GET', '/idempotency/a', undefined],
] as const;

describe('the plane of an attempt', () => {
  it.each(ROUTES)('%s %s serves the job of the token and no other', async (method, path, json) => {
    expect((await ask(mine, method, path, json)).status).toBe(200);
    const call = { token: mine.token, ...(json === undefined ? {} : { json }) };
    expect((await bridge.call(method, `/jobs/${other.ref.jobId}${path}`, call)).status).toBe(403);
    expect((await bridge.call(method, `/jobs/nonsense${path}`, call)).status).toBe(404);
    const producer = { ...call, token: bridge.producer };
    expect((await bridge.call(method, `/jobs/${mine.ref.jobId}${path}`, producer)).status).toBe(403);
    await settle(mine);
    expect((await ask(mine, method, path, json)).status).toBe(401);
  });

  it.each([
    ['PUT', '/progress', { percent: 101 }],
    ['PUT', '/progress', { percent: '1' }],
    ['PUT', '/progress', {}],
    ['PUT', '/progress', { percent: 1, message: '\u0000' }],
    ['POST', '/logs', { sequence: -1, lines: ['a'] }],
    ['POST', '/logs', { sequence: 1e300, lines: ['a'] }],
    ['POST', '/logs', { sequence: 0, lines: [] }],
    ['POST', '/logs', { sequence: 0, lines: Array.from({ length: 1_001 }, () => '') }],
    ['POST', '/logs', { sequence: 0, lines: ['a\u0000'] }],
    ['POST', '/logs', { sequence: 0, lines: ['\ud800'] }],
    ['PUT', '/steps/a', {}],
    ['PUT', '/steps/a', { value: '\u0000' }],
    ['POST', '/locks/a', { ttlSeconds: 0 }],
    ['POST', '/locks/a', { ttlSeconds: 1e9 }],
    ['POST', '/idempotency/a', { value: [] }],
  ])('refuses %s %s %j with 422', async (method, path, json) => {
    const answer = await ask(mine, method, path, json);
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
  });

  it.each(['%00', 'x'.repeat(256), '%ED%A0%80x%00'])('knows no key %j', async (bad) => {
    expect((await ask(mine, 'POST', `/locks/${bad}`, {})).status).toBe(404);
    expect((await ask(mine, 'PUT', `/steps/${bad}`, { value: 1 })).status).toBeGreaterThanOrEqual(200);
  });
});

describe('a log', () => {
  it('has each chunk once, however often it is sent, and the largest sequence', async () => {
    for (const lines of [['a', 'b'], ['changed']]) await ask(mine, 'POST', '/logs', { sequence: 1, lines });
    await Promise.all(Array.from({ length: 10 }, () => ask(mine, 'POST', '/logs', { sequence: 0, lines: ['first'] })));
    await ask(mine, 'POST', '/logs', { sequence: Number.MAX_SAFE_INTEGER, lines: ['last'] });
    const found = await bridge.pool.query('SELECT lines FROM worker_api.job_log WHERE job_id = $1 ORDER BY sequence', [
      mine.ref.jobId,
    ]);
    expect(found.rows.map((row) => row.lines)).toEqual([['first'], ['a', 'b'], ['last']]);
  });
});

describe('a step', () => {
  it('keeps the first value, for this attempt and the next', async () => {
    const steps = await Promise.all(
      Array.from({ length: 10 }, (_, n) => data(mine, 'PUT', '/steps/charge', { value: { n } })),
    );
    expect(steps.filter((step) => step.recorded)).toHaveLength(1);
    expect(new Set(steps.map((step) => step.step.value.n)).size).toBe(1);
    for (const value of [null, 0, 'x', [1], { deep: { er: true } }]) {
      expect(
        (await data(mine, 'PUT', `/steps/${typeof value}${JSON.stringify(value).length}`, { value })).step.value,
      ).toEqual(value);
    }
    await failAndRetry(mine);
    const [job] = await bridge.boss.fetch<any>('file_processing', { batchSize: 1, includeMetadata: true });
    expect(job?.id).toBe(mine.ref.jobId);
    const ref = { ...mine.ref, retryCount: 1, attempt: 2 };
    const second = { ...mine, ref, token: bridge.attemptToken(ref) };
    const { steps: known } = await data(second, 'GET', '/steps');
    expect([known[0].name, known.length]).toEqual(['charge', 6]);
    expect(await data(second, 'PUT', '/steps/charge', { value: 'new' })).toMatchObject({
      recorded: false,
      step: { value: steps[0].step.value },
    });
  });
});

describe('a lock', () => {
  it('is had by exactly one of many that ask at once', async () => {
    const name = key();
    const asking = await Promise.all(Array.from({ length: 10 }, () => runningJob(bridge).catch(() => undefined)));
    const all = [mine, other, ...asking.filter((job) => job !== undefined)];
    const replies = await Promise.all(all.map((job) => data(job, 'POST', `/locks/${name}`, {})));
    expect(replies.filter((reply) => reply.acquired)).toHaveLength(1);
  });

  it('is renewed by the attempt that has it, and by nobody else', async () => {
    const name = key();
    const first = await data(mine, 'POST', `/locks/${name}`, { ttlSeconds: 10 });
    const again = await data(mine, 'POST', `/locks/${name}`, { ttlSeconds: 100 });
    expect(Date.parse(again.expiresAt) - Date.parse(first.expiresAt)).toBeGreaterThan(80_000);
    expect(await data(other, 'POST', `/locks/${name}`)).toEqual({ acquired: false, expiresAt: again.expiresAt });
    expect(await data(other, 'DELETE', `/locks/${name}`)).toEqual({ released: false });
    expect(await data(mine, 'DELETE', `/locks/${name}`)).toEqual({ released: true });
    expect(await data(mine, 'DELETE', `/locks/${name}`)).toEqual({ released: false });
    expect(await data(other, 'POST', `/locks/${name}`)).toMatchObject({ acquired: true });
  });

  it('is free once it has expired, or its attempt is over', async () => {
    const [expired, orphaned] = [key(), key()];
    for (const name of [expired, orphaned]) await data(mine, 'POST', `/locks/${name}`, { ttlSeconds: 1_000 });
    await bridge.pool.query('UPDATE worker_api.lock SET expires_at = now() WHERE key = $1', [expired]);
    expect(await data(other, 'POST', `/locks/${expired}`, {})).toMatchObject({ acquired: true });
    expect(await data(mine, 'DELETE', `/locks/${expired}`)).toEqual({ released: false });
    await failAndRetry(mine);
    expect(await data(other, 'POST', `/locks/${orphaned}`, {})).toMatchObject({ acquired: true });
  });
});

describe('an idempotency mark', () => {
  it('makes exactly one of many first, and tells the others what it left', async () => {
    const name = key();
    expect(await data(mine, 'GET', `/idempotency/${name}`)).toEqual({ processed: false });
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        data(n % 2 ? mine : other, 'POST', `/idempotency/${name}`, { value: { n } }),
      ),
    );
    const first = replies.filter((reply) => reply.first);
    expect(first).toHaveLength(1);
    expect(new Set(replies.map((reply) => JSON.stringify(reply.value)))).toEqual(
      new Set([JSON.stringify(first[0].value)]),
    );
    expect(await data(other, 'GET', `/idempotency/${name}`)).toEqual({
      processed: true,
      markedAt: first[0].markedAt,
      value: first[0].value,
    });
  });

  it('is as good as none once it has expired, and then one is first again', async () => {
    const name = key();
    await data(mine, 'POST', `/idempotency/${name}`);
    await bridge.pool.query('UPDATE worker_api.idempotency_mark SET expires_at = now() WHERE key = $1', [name]);
    expect(await data(mine, 'GET', `/idempotency/${name}`)).toEqual({ processed: false });
    const replies = await Promise.all(
      [mine, other, mine, other].map((job) => data(job, 'POST', `/idempotency/${name}`)),
    );
    expect(replies.filter((reply) => reply.first)).toHaveLength(1);
  });
});
