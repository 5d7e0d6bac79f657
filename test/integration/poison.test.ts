import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createWorker } from '../wire/support/actors.ts';
import { until } from '../wire/support/until.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi({ env: { LEASE_SECONDS: '1', CONFIRM_SECONDS: '1' } });
}, 60_000);

afterAll(() => api.stop());

it('quarantines a job under which three workers died, whatever attempts it has left', async () => {
  const queue = 'reports';
  const producer = createProducer(api);
  const id = await producer.enqueue(queue, { maxAttempts: 50 });
  for (let victim = 1; victim <= 3; victim += 1) {
    const worker = await createWorker(api, [queue]);
    const job = await worker.claimOne(queue);
    expect(job).toMatchObject({ id, attempt: victim });
    // Confirmed, so that it counts as begun; then never heard of again.
    await worker.beat([job]);
  }
  const view = await until('the quarantine', 10_000, async () => {
    const now = await producer.view(queue, id);
    return now.state === 'failed' ? now : undefined;
  });
  expect(view.attempts.map((attempt: any) => attempt.outcome)).toEqual(['lost', 'lost', 'lost']);
  expect(view.attempts.map((attempt: any) => attempt.error.code)).toEqual(['worker_lost', 'worker_lost', 'poison']);
});
