import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer } from '../wire/support/actors.ts';
import { spawnWorker } from './support/spawn-worker.ts';
import { does, watchJobs } from './support/watched-jobs.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
let watch: ReturnType<typeof watchJobs>;
beforeAll(async () => {
  api = await startApi({ env: { HEARTBEAT_SECONDS: '1', LEASE_SECONDS: '3', CONFIRM_SECONDS: '2' } });
  producer = createProducer(api);
  watch = watchJobs(producer);
});
afterAll(() => api.stop());

test('a worker that was frozen past its lease cannot complete the job that another has taken over', async () => {
  const queue = 'services';
  const id = await producer.enqueue(queue, does('wait 3000'));
  await using frozen = await spawnWorker({ ...api, queue });
  await frozen.hears(`started ${id} 1`);
  await watch.confirmed(queue, id);
  frozen.signal('SIGSTOP');
  await using other = await spawnWorker({ ...api, queue });
  await other.hears(`started ${id} 2`, 20_000);
  frozen.signal('SIGCONT');
  const job = await watch.ended(queue, id, 15_000);
  expect(job.attempts.map(({ outcome }: any) => outcome)).toEqual(['lost', 'completed']);
  const by = job.output.by;
  // The frozen one goes on, ends its run, and is told that it is too late; then it works on as if nothing had been.
  await frozen.hears(`ended ${id} 1`);
  const next = await producer.enqueue(queue, does('at once'));
  expect((await watch.ended(queue, next, 15_000)).state).toBe('completed');
  expect((await producer.view(queue, id)).output).toEqual({ by });
}, 60_000);
