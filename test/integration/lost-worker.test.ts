import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer } from '../wire/support/actors.ts';
import { spawnWorker } from './support/spawn-worker.ts';
import { does, watchJobs } from './support/watched-jobs.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
let watch: ReturnType<typeof watchJobs>;
beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
  watch = watchJobs(producer);
});
afterAll(() => api.stop());

test('the job of a worker that is killed with kill -9 is finished by another within 15 s, and leaves no files', async () => {
  const queue = 'reports';
  const id = await producer.enqueue(queue, does('wait 3000'));
  await using first = await spawnWorker({ ...api, queue });
  await first.hears(`started ${id} 1`);
  await watch.confirmed(queue, id);
  first.signal('SIGKILL');
  const killedAt = performance.now();
  await first.exited;
  expect(await readdir(first.workDir)).toHaveLength(1);
  await using second = await spawnWorker({ ...api, queue, env: { WORK_DIR: first.workDir } });
  await second.hears(`started ${id} 2`, 20_000);
  expect(performance.now() - killedAt).toBeLessThan(15_000);
  const job = await watch.ended(queue, id, 10_000);
  expect(job.state).toBe('completed');
  expect(job.attempts.map(({ outcome }: any) => outcome)).toEqual(['lost', 'completed']);
  // What the killed process left was swept when the second started; the second has a folder of its own.
  expect((await readdir(first.workDir)).filter((name) => name.includes(`-${job.output?.by ?? ''}-`))).toHaveLength(1);
  expect(await readdir(first.workDir)).toHaveLength(1);
}, 60_000);

test('a cancelled job is aborted in its worker, and its run counts for nothing', async () => {
  const queue = 'billing';
  const id = await producer.enqueue(queue, does('hold'));
  await using worker = await spawnWorker({ ...api, queue });
  await worker.hears(`started ${id}`);
  expect((await producer.caller.post(`/jobs/${queue}/${id}/cancel`)).status).toBe(200);
  expect(await worker.hears(`aborted ${id}`)).toBe(`aborted ${id} cancelled`);
  const after = await producer.enqueue(queue, does('at once'));
  expect((await watch.ended(queue, after, 10_000)).state).toBe('completed');
  expect((await producer.view(queue, id)).state).toBe('cancelled');
}, 40_000);

test('SIGTERM lets a running job finish and takes no other; the worker is gone from the list afterwards', async () => {
  const queue = 'compliance';
  const first = await producer.enqueue(queue, does('wait 1500'));
  await using worker = await spawnWorker({ ...api, queue, env: { WORKER_CONCURRENCY: '2' } });
  await worker.hears(`started ${first}`);
  worker.signal('SIGTERM');
  const second = await producer.enqueue(queue, does('at once'));
  expect(await worker.exited).toBe(0);
  expect((await producer.view(queue, first)).state).toBe('completed');
  expect(await producer.view(queue, second)).toMatchObject({ state: 'created', attempts: [] });
  expect(worker.said('started')).toHaveLength(1);
  expect(await readdir(worker.workDir)).toEqual([]);
}, 40_000);

test('a second signal gives the job back at once, no attempt burnt, and another worker has it right away', async () => {
  const queue = 'integrations';
  const id = await producer.enqueue(queue, does('hold'));
  await using worker = await spawnWorker({ ...api, queue, env: { DRAIN_SECONDS: '3600' } });
  await worker.hears(`started ${id} 1`);
  worker.signal('SIGTERM');
  worker.signal('SIGINT');
  expect(await worker.hears(`aborted ${id}`)).toBe(`aborted ${id} shutdown`);
  expect(await worker.exited).toBe(0);
  await using other = await spawnWorker({ ...api, queue });
  // Attempt 1 again: the first was given back, not used up.
  await other.hears(`started ${id} 1`);
  expect((await producer.view(queue, id)).attempts.map(({ outcome }: any) => outcome)).toEqual(['released', 'running']);
}, 40_000);
