import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contract/routes/index.ts';
import { type Api, startApi } from '../../support/api.ts';
import { createProducer, createWorker } from '../support/actors.ts';
import { callerAs, callerOf, expectData } from '../support/client.ts';
import { mint } from '../support/token.ts';
import { GRANTS, type Route } from './grants.ts';
import { requestsOf, send } from './requests.ts';
import { footprint, plainJob, setStage, STAGE_ENV, type Stage } from './stage.ts';

let api: Api;
let stage: Stage;
let requestOf: ReturnType<typeof requestsOf>;

beforeAll(async () => {
  api = await startApi({ env: STAGE_ENV });
  stage = await setStage(api);
  requestOf = requestsOf((await callerOf(api.url, undefined).get('/openapi.json')).body, stage);
});
afterAll(() => api.stop());

const isFor = (route: Route, ...holders: string[]) => GRANTS.get(route.name)?.some((each) => holders.includes(each));
const attemptRoutes = () => ROUTES.filter((route) => isFor(route, 'attempt', 'files', 'children'));

/** The right kind of token for something that is not its own: refused, and nothing is changed by the asking. */
async function expectRefused(routes: readonly Route[], token: string, allowed: readonly number[], target = {}) {
  expect(routes.length).toBeGreaterThan(3);
  const before = await footprint(api);
  const wrong: string[] = [];
  for (const route of routes) {
    const { status } = await send(api, route, token, requestOf(route, target));
    if (!allowed.includes(status)) wrong.push(`${route.name} got ${status}`);
  }
  expect(wrong).toEqual([]);
  expect(await footprint(api)).toEqual(before);
}

describe('a token of the right kind, for what is not its own', { timeout: 60_000 }, () => {
  test('another worker gets nowhere in this worker’s name', async () => {
    const others = ROUTES.filter((route) => isFor(route, 'worker') && route.path.includes('{id}'));
    await expectRefused(others, mint(api.secret, 'worker', 'thief'), [403]);
  });

  test('another worker gets nowhere with this worker’s lease in its own name', async () => {
    const thief = await createWorker(api, ['reports']);
    const { plain, file } = stage;
    const before = await footprint(api);
    expect((await thief.complete(plain)).status).toBe(403);
    expect((await thief.fail(plain)).status).toBe(403);
    expect((await thief.release(plain)).status).toBe(403);
    const outcome = { type: 'completed' };
    const settled = await thief.settle([plain, file.job].map(({ id, lease }) => ({ jobId: id, lease, outcome })));
    expect(settled.map(({ verdict }) => verdict)).toEqual(['forbidden', 'forbidden']);
    expect((await thief.beat([plain])).lost).toEqual([plain.id]);
    expect(await footprint(api)).toEqual(before);
  });

  test('a lease settles its own job only', async () => {
    const { worker, plain, file } = stage;
    expect((await worker.complete({ ...plain, lease: file.job.lease })).status).toBe(403);
    expect((await worker.complete({ ...plain, lease: plain.token })).status).toBe(403);
  });

  test('an attempt gets nowhere with another attempt’s job and file', async () => {
    const { other, file } = stage;
    const ofJobs = attemptRoutes().filter((route) => route.path.startsWith('/jobs'));
    const ofFiles = attemptRoutes().filter((route) => route.path.startsWith('/worker/files'));
    await expectRefused(ofJobs, file.job.token, [403], { id: other.job.id });
    await expectRefused(ofFiles, file.job.token, [404], { id: other.id });
    const { worker } = stage;
    const theirs = await callerOf(api.url, file.job.token).get(`/worker/processing_jobs/${other.processingJobId}`);
    expect(theirs.status).toBe(404);
    expect((await worker.beat([file.job, other.job, stage.plain])).lost).toEqual([]);
  });

  test('another worker does not get this worker’s claim by its id', async () => {
    const [owner, thief] = [await createWorker(api, ['billing']), await createWorker(api, ['billing'])];
    await createProducer(api).enqueue('billing');
    const claimId = randomUUID();
    expect(await owner.claim({ claimId, queues: ['billing'], waitSeconds: 5 })).toHaveLength(1);
    expect(await thief.claim({ claimId, queues: ['billing'] })).toHaveLength(0);
    const narrow = callerAs(api, 'worker', owner.id, { queues: ['email'] });
    const again = await narrow.post(`${owner.path}/claim`, { claimId });
    expect(again.status === 204 || expectData(again, 200).jobs.length === 0).toBe(true);
  });

  test('a producer gets nowhere in queues that its token does not name, whatever state the job is in', async () => {
    const producer = createProducer(api);
    const worker = await createWorker(api, ['services']);
    const states: Record<string, string> = { created: await producer.enqueue('compliance') };
    for (const end of ['active', 'retry', 'completed', 'failed', 'cancelled'] as const) {
      states[end] = await producer.enqueue('services');
      const job = await worker.claimOne('services');
      if (end === 'retry') await worker.fail(job, { retryInSeconds: 1000 });
      if (end === 'completed') await worker.complete(job);
      if (end === 'failed') await worker.fail(job, { retry: false });
      if (end === 'cancelled') await producer.caller.post(`/jobs/services/${job.id}/cancel`);
    }
    const narrow = mint(api.secret, 'producer', 'narrow', { queues: ['email'] });
    const routes = ROUTES.filter((route) => isFor(route, 'producer') && route.path.startsWith('/jobs'));
    for (const [state, id] of Object.entries(states)) {
      const queue = state === 'created' ? 'compliance' : 'services';
      expect((await producer.view(queue, id)).state).toBe(state);
      await expectRefused(routes, narrow, [403], { queue, id });
    }
    const form = new FormData();
    form.set('file', new Blob(['x'], { type: 'application/pdf' }), 'x.pdf');
    expect((await callerOf(api.url, narrow).ask('POST', '/files/upload', { form })).status).toBe(403);
  });
});

describe('an attempt that is over', { timeout: 60_000 }, () => {
  const ENDS = ['complete', 'fail for good', 'fail with a retry', 'release', 'settle', 'cancel', 'leave'] as const;

  test.each(ENDS)('opens nothing within a second: %s', async (end) => {
    const worker = await createWorker(api, ['reports']);
    const job = await plainJob(api, worker);
    const outcome = { type: 'completed' };
    const ended = {
      complete: () => worker.complete(job),
      'fail for good': () => worker.fail(job, { retry: false }),
      'fail with a retry': () => worker.fail(job, { retryInSeconds: 1000 }),
      release: () => worker.release(job, { delaySeconds: 1000 }),
      settle: () => worker.settle([{ jobId: job.id, lease: job.lease, outcome }]),
      cancel: () => createProducer(api).caller.post(`/jobs/reports/${job.id}/cancel`),
      leave: () => worker.caller.delete(worker.path),
    };
    expect((await callerOf(api.url, job.token).get(`/jobs/${job.id}/steps`)).status).toBe(200);
    await ended[end]();
    const alive: string[] = [];
    for (const route of attemptRoutes()) {
      const { status } = await send(api, route, job.token, requestOf(route, { id: job.id }));
      if (status !== 401) alive.push(`${route.name} got ${status}`);
    }
    expect(alive).toEqual([]);
    // What was left or given back is not left lying about for the next of these.
    if (end === 'leave')
      await createWorker(api, ['reports']).then(async (next) => next.complete(await next.claimOne('reports')));
  });
});
