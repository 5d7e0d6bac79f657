import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AttemptPrincipal } from '../../../../src/api-bridge/auth/principal.ts';
import { lookUp } from '../../../../src/api-bridge/backend/attempt-plane/marks.ts';
import { listSteps } from '../../../../src/api-bridge/backend/attempt-plane/steps.ts';
import { type Api, startApi } from '../../../support/api.ts';
import { createProducer, createWorker } from '../../../wire/support/actors.ts';
import { callerOf, expectData } from '../../../wire/support/client.ts';

let api: Api;
let pool: pg.Pool;
beforeAll(async () => {
  api = await startApi();
  pool = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await api.stop();
});

// The token was good when the request came, and the attempt ended before the query: the query itself has to see it.
it('an attempt that ends while its request is under way reads nothing', async () => {
  const worker = await createWorker(api, ['reports']);
  const id = await createProducer(api).enqueue('reports');
  const job = await worker.claimOne('reports');
  const holder = callerOf(api.url, job.token);
  expectData(await holder.put(`/jobs/${id}/steps/one`, { value: 1 }), 200);
  expectData(await holder.post(`/jobs/${id}/idempotency/key`, {}), 200);
  const ref = { queue: 'reports', jobId: id, retryCount: 0 };
  const attempt = { type: 'attempt', ref } as AttemptPrincipal;
  expect(await listSteps(pool, attempt)).toMatchObject([{ name: 'one', value: 1 }]);
  expect(await lookUp(pool, attempt, 'key')).toMatchObject({ processed: true });
  expect(await lookUp(pool, attempt, 'another')).toEqual({ processed: false });
  const other = { ...attempt, ref: { ...ref, retryCount: 1 } } as AttemptPrincipal;
  await expect(listSteps(pool, other)).rejects.toMatchObject({ code: 'unauthorized' });
  await worker.complete(job);
  await expect(listSteps(pool, attempt)).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(lookUp(pool, attempt, 'key')).rejects.toMatchObject({ code: 'unauthorized' });
});
