import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { createProducer, createWorker } from './support/actors.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const PATIENT = { LEASE_SECONDS: '300', CONFIRM_SECONDS: '60' };
const secretOf = () => randomBytes(32).toString('hex');

async function api(env: Record<string, string>) {
  const started = await startApi({ databaseUrl: database.url, env: { ...PATIENT, ...env } });
  return { ...started, [Symbol.asyncDispose]: () => started.stop() };
}

/** A worker that holds a confirmed job, claimed while `old` was the secret. */
async function heldUnder(old: string) {
  await using before = await api({ WORKER_SERVICE_TOKEN: old });
  const worker = await createWorker(before, ['reports']);
  await createProducer(before).enqueue('reports');
  const job = await worker.claimOne('reports');
  await worker.beat([job]);
  return { worker, job };
}

it('a job that was claimed before a rotation is worked on and settled after it', async () => {
  const [old, current] = [secretOf(), secretOf()];
  const { worker, job } = await heldUnder(old);
  await using after = await api({
    WORKER_SERVICE_TOKEN: current,
    WORKER_SERVICE_TOKEN_PREVIOUS: old,
    WORKER_SERVICE_TOKEN_ROTATED_AT: new Date().toISOString(),
  });
  expectData(await callerOf(after.url, job.token).put(`/jobs/${job.id}/progress`, { percent: 50 }), 200);
  const late = callerAs({ url: after.url, secret: old }, 'worker', worker.id);
  expectData(await late.post(`${worker.path}/complete/${job.id}`, { lease: job.lease }), 200);
});

it('a day after the rotation nothing opens that the old secret signed or sealed', async () => {
  const [old, current] = [secretOf(), secretOf()];
  const { worker, job } = await heldUnder(old);
  await using after = await api({
    WORKER_SERVICE_TOKEN: current,
    WORKER_SERVICE_TOKEN_PREVIOUS: old,
    WORKER_SERVICE_TOKEN_ROTATED_AT: new Date(Date.now() - 24 * 3600_000 - 1).toISOString(),
  });
  expect(after.output()).toContain('is refused by now');
  expectRefusal(await callerOf(after.url, job.token).put(`/jobs/${job.id}/progress`, { percent: 50 }), 401);
  expectRefusal(
    await callerAs({ url: after.url, secret: old }, 'worker', worker.id).post(`${worker.path}/claim`, {}),
    401,
  );
  const renewed = callerAs(after, 'worker', worker.id);
  const answer = await renewed.post(`${worker.path}/complete/${job.id}`, { lease: job.lease });
  expect([403, 409]).toContain(answer.status);
});

it('a rotation without its time is warned of at the start', async () => {
  await using after = await api({ WORKER_SERVICE_TOKEN: secretOf(), WORKER_SERVICE_TOKEN_PREVIOUS: secretOf() });
  expect(after.output()).toContain('give WORKER_SERVICE_TOKEN_ROTATED_AT to end it after 24 h');
});
