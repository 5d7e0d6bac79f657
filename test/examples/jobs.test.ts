import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore, runJob } from 'powernode-worker/testing';
import { askPartner } from '../../examples/jobs/ask-partner.ts';
import { placeOrder } from '../../examples/jobs/place-order.ts';
import { welcomeMail } from '../../examples/jobs/welcome-mail.ts';
import { type Api, startApi } from '../support/api.ts';
import { callerAs, type Caller, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { runExample, type Running } from './run-example.ts';
import { startOthers } from './others.ts';

const ROOT = join(import.meta.dirname, '../..');
const JOBS = join(ROOT, 'examples/jobs');

let api: Api;
let others: Awaited<ReturnType<typeof startOthers>>;
let worker: Running;
let workDir: string;
let producer: Caller;
let operator: Caller;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'examples-'));
  api = await startApi({ env: { WORKER_JOBS: JOBS } });
  others = await startOthers();
  worker = runExample(process.execPath, ['dist/worker/main.js'], ROOT, {
    BACKEND_API_URL: api.url,
    WORKER_SERVICE_TOKEN: api.secret,
    WORKER_ROLE: 'runtime',
    WORKER_JOBS: 'examples/jobs',
    WORKER_CONCURRENCY: '8',
    PLATFORM_API_URL: others.url,
    RATES_URL: `${others.url}/rates`,
    WORK_DIR: workDir,
  });
  producer = callerAs(api, 'producer', 'examples');
  operator = callerAs(api, 'operator', 'examples');
});
afterAll(async () => {
  await worker.end('SIGTERM');
  await others.close();
  await api.stop();
  await rm(workDir, { recursive: true, force: true });
});

type Enqueued = { id: string; queue: string };
const enqueue = async (name: string, payload: object): Promise<Enqueued> =>
  expectData(await producer.post('/jobs', { name, payload }), 201);
const view = async ({ id, queue }: Enqueued) => expectData(await producer.get(`/jobs/${queue}/${id}`), 200).job;

async function end(job: Enqueued, state = 'completed'): Promise<any> {
  const ended = await until(`the end of ${job.id}, the worker said: ${worker.output()}`, 20_000, async () => {
    const seen = await view(job);
    return ['completed', 'failed', 'cancelled'].includes(seen.state) ? seen : undefined;
  });
  expect(ended.state, JSON.stringify(ended)).toBe(state);
  return ended;
}

describe('the example jobs, run by the built worker against the real API', () => {
  it('welcome-mail sends one mail, however often it is asked to', async () => {
    const payload = { userId: 'u1', address: 'someone@example.com' };
    const jobs = await Promise.all(Array.from({ length: 5 }, () => enqueue('examples.welcome-mail', payload)));
    const ended = await Promise.all(jobs.map((job) => end(job)));
    expect(ended.filter(({ output }) => output.sent)).toHaveLength(1);
    expect(new Set(ended.map(({ output }) => output.messageId))).toEqual(new Set(['u1@mail']));
  });

  it('invoice-number never works on one account twice at a time', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 4 }, () => enqueue('examples.invoice-number', { accountId: 'a1' })),
    );
    const spans = (await Promise.all(jobs.map((job) => end(job)))).map(({ output }) => output);
    spans.sort((a, b) => a.startedAt - b.startedAt);
    for (const [nth, { startedAt }] of spans.slice(1).entries())
      expect(startedAt).toBeGreaterThanOrEqual(spans[nth].endedAt);
  });

  it('place-order charges once, although it takes two attempts', async () => {
    const { output, attempt } = await end(await enqueue('examples.place-order', { orderId: 'o1' }));
    expect(attempt).toBe(2);
    expect(output).toEqual({
      charge: { id: 'charge-o1', attempt: 1 },
      parcel: 'parcel-o1',
      steps: ['charge', 'parcel'],
    });
  });

  it('clean-up is counted, and its log stands with the job', async () => {
    const job = await enqueue('examples.clean-up', { folders: ['a', 'b', 'c'] });
    expect((await end(job)).output).toEqual({ cleaned: 3 });
    await until('the sum', 10_000, async () => {
      const { metrics } = expectData(await operator.get('/admin/metrics'), 200);
      return metrics.find(({ name, sum }: any) => name === 'examples_folders_cleaned' && sum === 3);
    });
    const { lines } = expectData(await operator.get(`/admin/jobs/${job.queue}/${job.id}/logs`), 200);
    expect(lines.map(({ line }: any) => JSON.parse(line).folder)).toEqual(['a', 'b', 'c']);
  });

  it('wait-for-cancel ends when it is cancelled', async () => {
    const job = await enqueue('examples.wait-for-cancel', {});
    await until('its progress', 15_000, async () => (await view(job)).progress?.percent === 1);
    expectData(await producer.post(`/jobs/${job.queue}/${job.id}/cancel`, {}), 200);
    await end(job, 'cancelled');
    await until('the end of the handler', 3_000, async () => worker.output().includes('attempt interrupted'));
  });

  it('count-primes runs in a process of its own, with the same context', async () => {
    const job = await enqueue('examples.count-primes', { below: 1_000_000 });
    const { output } = await end(job);
    expect(output.primes).toBe(78_498);
    expect(output.pid).not.toBe(worker.child.pid);
    expect(output.megabytes).toBeLessThan(256);
    const { lines } = expectData(await operator.get(`/admin/jobs/${job.queue}/${job.id}/logs`), 200);
    expect(lines.map(({ line }: any) => JSON.parse(line).msg)).toEqual(['counted']);
  });

  it('hourly-digest is a schedule that the API declares, fires and shows', async () => {
    const path = '/admin/schedules/examples.hourly-digest';
    const { schedule, nextRuns } = expectData(await operator.get(path), 200);
    expect(schedule).toMatchObject({
      job: 'examples.digest',
      queue: 'reports',
      timeZone: 'Europe/Berlin',
      changed: [],
    });
    expect(nextRuns.every((at: string) => new Date(at).getUTCMinutes() === 5)).toBe(true);
    const { run, queue } = expectData(await operator.post(`${path}/run`, {}), 201);
    expect((await end({ id: run.jobId, queue })).output).toEqual({ hours: 1 });
  });

  it('expire-carts makes its call, and gives the answer as output', async () => {
    const job = await enqueue('examples.expire-carts', { shop: 'north' });
    expect((await end(job)).output).toMatchObject({ status: 200, answer: { expired: 3 } });
    const [call] = others.seen.filter(({ url }) => url.includes('expire_carts'));
    expect(call).toMatchObject({ method: 'POST', url: '/api/v1/internal/shops/north/expire_carts' });
    expect(call?.headers).toMatchObject({ 'idempotency-key': job.id });
    expect(JSON.parse(call?.body ?? '')).toEqual({ shop: 'north', stale_days: 30 });
  });

  it('sync-account asks the backend, and an account that is not there is no reason to try again', async () => {
    expect((await end(await enqueue('examples.sync-account', { accountId: 'a1' }))).output).toEqual({ plan: 'gold' });
    const missing = await end(await enqueue('examples.sync-account', { accountId: 'nobody' }), 'failed');
    expect(missing.attempts).toHaveLength(1);
  });

  it('fetch-rates waits behind its circuit while the rates are down, and burns no attempt then', async () => {
    expect((await end(await enqueue('examples.fetch-rates', { currency: 'EUR' }))).output).toMatchObject({ rate: 1 });
    others.rates.down = true;
    const failing = ['AAA', 'BBB', 'CCC'].map((currency) => enqueue('examples.fetch-rates', { currency }));
    const circuit = async () =>
      expectData(await operator.get('/admin/circuits'), 200).circuits.find(({ name }: any) => name === 'rates');
    await until('the circuit to be open', 15_000, async () => (await circuit())?.state === 'open');
    const waiting = await enqueue('examples.fetch-rates', { currency: 'DDD' });
    await until('it to wait', 10_000, async () => (await view(waiting)).attempts[0]?.outcome === 'released');
    const waits = await view(waiting);
    expect(waits).toMatchObject({ state: 'created', attempt: 1 });
    expect(waits.attempts[0].error.message).toContain('the circuit rates is open');
    await Promise.all(failing);
  });

  it('tenant-report is queued once for a tenant and a day, with the priority of its definition', async () => {
    const payload = { tenant: 't1', day: '2026-11-21' };
    const runAt = new Date(Date.now() + 60_000).toISOString();
    const first = expectData(await producer.post('/jobs', { name: 'examples.tenant-report', payload, runAt }), 201);
    const again = expectData(await producer.post('/jobs', { name: 'examples.tenant-report', payload }), 200);
    expect(again).toMatchObject({ id: first.id, duplicate: true });
    expect(await view(first)).toMatchObject({ priority: 5, group: 't1', singletonKey: 't1/2026-11-21' });
    expectData(await producer.post(`/jobs/reports/${first.id}/cancel`, {}), 200);
    const { output } = await end(await enqueue('examples.tenant-report', payload));
    expect(output).toEqual({ report: 't1 on 2026-11-21' });
  });

  it('all-reports enqueues a report for each tenant', async () => {
    const payload = { day: '2026-11-20', tenants: ['a', 'b', 'c'] };
    const { output } = await end(await enqueue('examples.all-reports', payload));
    const reports = await Promise.all(output.jobs.map((id: string) => end({ id, queue: 'reports' })));
    expect(reports.map((job: any) => job.output.report)).toEqual(payload.tenants.map((t) => `${t} on 2026-11-20`));
  });

  it('hello says hello', async () => {
    expect((await end(await enqueue('examples.hello', { who: 'you' }))).output).toEqual({ greeting: 'Hello, you' });
  });

  it('ask-partner ends as its errors say', async () => {
    const ask = (answer: string) => enqueue('examples.ask-partner', { answer });
    expect((await end(await ask('yes'))).attempt).toBe(1);
    expect((await end(await ask('later'))).attempts.map((each: any) => each.error?.category)).toEqual([
      'RATE_LIMITED',
      undefined,
    ]);
    expect((await end(await ask('closed'))).attempt).toBe(1);
    const never = await end(await ask('never'), 'failed');
    expect(never.attempts).toHaveLength(1);
    expect(never.attempts[0].error).toMatchObject({ name: 'NonRetryable', category: 'AUTH_FAILED' });
  });
});

describe('the same jobs in a unit test, without API and worker', () => {
  it('share what a store keeps', async () => {
    const store = createMemoryStore();
    const payload = { userId: 'u1', address: 'someone@example.com' };
    const runs = await Promise.all([1, 2, 3].map(() => runJob(welcomeMail, payload, { store })));
    expect(runs.filter(({ output }) => output?.['sent'] === true)).toHaveLength(1);
  });

  it('keep steps over attempts, and reject with what the handler threw', async () => {
    const store = createMemoryStore();
    await expect(runJob(placeOrder, { orderId: 'o' }, { store, job: { id: 'j' } })).rejects.toThrow('closed');
    const { output, progress } = await runJob(placeOrder, { orderId: 'o' }, { store, job: { id: 'j', attempt: 2 } });
    expect(output).toMatchObject({ charge: { attempt: 1 }, parcel: 'parcel-o' });
    expect(progress).toEqual([{ percent: 50, message: 'charged' }]);
  });

  it('refuse a payload that the schema refuses', async () => {
    // @ts-expect-error the payload is typed by the schema
    await expect(runJob(askPartner, { answer: 'perhaps' })).rejects.toMatchObject({ code: 'invalid_payload' });
  });
});
