import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { thumbnailJob } from '../../src/contract/catalogue/files.ts';
import { defineJob, type JobContext } from '../../src/jobs/index.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv } from '../../src/runtime/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { createProducer } from '../wire/support/actors.ts';
import { expectData } from '../wire/support/client.ts';
import { pause, until } from '../wire/support/until.ts';
import { flakyWay } from './support/flaky-way.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
beforeAll(async () => {
  api = await startApi({ env: { HEARTBEAT_SECONDS: '1', LEASE_SECONDS: '4', CONFIRM_SECONDS: '3' } });
  producer = createProducer(api);
});
afterAll(() => api.stop());

type Handler = (ctx: JobContext) => Promise<Record<string, unknown> | undefined>;

async function startWorker(url: string, queue: string, handler: Handler) {
  const workDir = await mkdtemp(join(tmpdir(), 'unreliable-'));
  const runtime = createRuntime({
    env: readRuntimeEnv({
      BACKEND_API_URL: url,
      WORKER_SERVICE_TOKEN: api.secret,
      WORKER_QUEUES: queue,
      WORK_DIR: workDir,
      DRAIN_SECONDS: '5',
    }),
    jobs: [defineJob(thumbnailJob, handler)],
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  await runtime.start();
  return {
    ...runtime,
    async [Symbol.asyncDispose]() {
      runtime.hurry();
      await runtime.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

const ended = (queue: string, id: string, withinMs = 20_000) =>
  until('the job to have ended', withinMs, async () => {
    const job = await producer.view(queue, id);
    return ['completed', 'failed', 'cancelled'].includes(job.state) && job;
  });

test('two hundred quick jobs are run once each and completed once each', async () => {
  const queue = 'reports';
  const runs: string[] = [];
  await using _worker = await startWorker(api.url, queue, async (ctx) => {
    runs.push(ctx.job.id);
    return { id: ctx.job.id };
  });
  const jobs = Array.from({ length: 200 }, () => producer.body(queue));
  const { ids } = expectData(await producer.caller.post('/jobs/batch', { jobs }), 201);
  for (const id of ids) expect(await ended(queue, id)).toMatchObject({ state: 'completed', output: { id } });
  expect(runs.toSorted()).toEqual(ids.toSorted());
}, 60_000);

test('jobs whose claim was answered into the void are run by the same worker, once each, as their first attempt', async () => {
  const queue = 'services';
  let lost = 0;
  await using way = await flakyWay(api.url, ({ route, body }) => {
    const loses = route === 'claim' && body?.data?.jobs?.length > 0 && lost < 2;
    if (loses) lost += 1;
    return loses ? 'lose' : 'pass';
  });
  const runs: number[] = [];
  await using _worker = await startWorker(way.url, queue, async (ctx) => {
    runs.push(ctx.job.attempt);
    return undefined;
  });
  const id = await producer.enqueue(queue);
  expect(await ended(queue, id)).toMatchObject({ state: 'completed', attempt: 1 });
  expect(lost).toBe(2);
  expect(runs).toEqual([1]);
}, 40_000);

test('an outcome whose acceptance got lost is told again, and recorded once', async () => {
  const queue = 'billing';
  let lost = 0;
  await using way = await flakyWay(api.url, ({ route }) => (route === 'settle' && (lost += 1) < 3 ? 'lose' : 'pass'));
  await using _worker = await startWorker(way.url, queue, async () => ({ told: 'once' }));
  const id = await producer.enqueue(queue);
  await until('the third settle', 15_000, async () => lost >= 3);
  const job = await ended(queue, id);
  expect(job).toMatchObject({ state: 'completed', output: { told: 'once' } });
  expect(job.attempts).toHaveLength(1);
  expect(way.seen.filter(({ route }) => route === 'settle').at(-1)?.body.data.results[0].verdict).toBe(
    'already-accepted',
  );
}, 40_000);

test('a job that takes longer than it may fails with a time-out, and the API plans its retry', async () => {
  const queue = 'compliance';
  await using way = await flakyWay(api.url, ({ route, body }) => {
    if (route !== 'claim' || !(body?.data?.jobs?.length > 0)) return 'pass';
    // The declared time-outs are minutes; everything else about this job stays as the API made it.
    for (const job of body.data.jobs) job.timeoutSeconds = 0.3;
    return { body };
  });
  await using _worker = await startWorker(way.url, queue, (ctx) => {
    return new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)));
  });
  const id = await producer.enqueue(queue);
  const job = await until('the retry to be planned', 15_000, async () => {
    const view = await producer.view(queue, id);
    return view.state === 'retry' && view;
  });
  expect(job.attempts[0]).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } });
  expect(Date.parse(job.runAt)).toBeGreaterThan(Date.now());
}, 40_000);

test('a job that runs while the API is killed and started again completes as if nothing had been', async () => {
  const queue = 'integrations';
  let finish = () => {};
  let aborted = false;
  await using _worker = await startWorker(api.url, queue, async (ctx) => {
    ctx.signal.addEventListener('abort', () => (aborted = true));
    await new Promise<void>((resolve) => (finish = resolve));
    return { through: 'a restart' };
  });
  const id = await producer.enqueue(queue);
  await until('the job to run', 10_000, async () => (await producer.view(queue, id)).state === 'active');
  await pause(1_500);
  await api.kill9();
  finish();
  await pause(500);
  await api.restart();
  const job = await ended(queue, id);
  expect(job).toMatchObject({ state: 'completed', output: { through: 'a restart' } });
  expect(job.attempts).toHaveLength(1);
  expect(aborted).toBe(false);
  const next = await producer.enqueue(queue);
  await until('the worker to claim again', 15_000, async () => (await producer.view(queue, next)).state === 'active');
  finish();
  expect((await ended(queue, next)).state).toBe('completed');
}, 90_000);
