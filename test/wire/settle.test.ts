import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { callerAs, expectData, expectRefusal } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

async function claimed(fields: Record<string, unknown> = {}) {
  const queue = nextQueue();
  const worker = await createWorker(api, [queue]);
  await producer.enqueue(queue, fields);
  return { queue, worker, job: await worker.claimOne(queue) };
}

describe.concurrent('complete', () => {
  it('records the output, and says already-accepted when told again', async () => {
    const { queue, worker, job } = await claimed();
    const output = { thumbnails: ['a', 'b'], nested: { n: 1.5, nothing: null } };
    expect(expectData(await worker.complete(job, output), 200)).toEqual({ verdict: 'accepted', state: 'completed' });
    for (let n = 0; n < 2; n++) {
      const again = expectData(await worker.complete(job, { another: 'output' }), 200);
      expect(again).toMatchObject({ verdict: 'already-accepted', state: 'completed' });
    }
    expect(await producer.view(queue, job.id)).toMatchObject({ state: 'completed', output });
  });

  it('is accepted once when it is told many times at once', async () => {
    const { worker, job } = await claimed();
    const answers = await Promise.all(Array.from({ length: 10 }, () => worker.complete(job)));
    const verdicts = answers.map((answer) => expectData(answer, 200).verdict);
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'already-accepted')).toHaveLength(9);
  });

  it.each([7, 'text', ['a'], null])('refuses the output %j', async (output) => {
    const { worker, job } = await claimed();
    expectRefusal(await worker.caller.post(`${worker.path}/complete/${job.id}`, { lease: job.lease, output }), 422);
    expectData(await worker.complete(job), 200);
  });

  it('refuses an output over 256 KiB, and the job can still be settled', async () => {
    const { worker, job } = await claimed();
    const frame = JSON.stringify({ a: '' }).length;
    expectRefusal(await worker.complete(job, { a: 'x'.repeat(256 * 1024 - frame + 1) }), 422);
    // In bytes, not in characters: each of these is three bytes long.
    expectRefusal(await worker.complete(job, { a: '€'.repeat(100 * 1024) }), 422);
    expectData(await worker.complete(job, { a: 'x'.repeat(256 * 1024 - frame) }), 200);
  });
});

describe.concurrent('fail', () => {
  it('tries again after the delay that it names, with the next attempt', async () => {
    const { queue, worker, job } = await claimed();
    const answer = expectData(await worker.fail(job, { retryInSeconds: 1 }), 200);
    expect(answer).toMatchObject({ verdict: 'accepted', state: 'retry', runAt: expect.any(String) });
    expect(Math.abs(Date.parse(answer.runAt) - Date.now() - 1000)).toBeLessThan(4000);
    const again = await worker.claimOne(queue);
    expect(again).toMatchObject({ id: job.id, attempt: 2, maxAttempts: job.maxAttempts });
    expect(Date.parse(again.claimedAt)).toBeGreaterThanOrEqual(Date.parse(answer.runAt));
    expectData(await worker.complete(again), 200);
  });

  it('tries again at once with retryInSeconds 0', async () => {
    const { queue, worker, job } = await claimed();
    await worker.fail(job, { retryInSeconds: 0 });
    expect(await worker.claimOne(queue, 3_000)).toMatchObject({ attempt: 2 });
  });

  it('leaves the delay to the job’s own policy when it names none', async () => {
    const { worker, job } = await claimed();
    const answer = expectData(await worker.fail(job), 200);
    expect(answer.state).toBe('retry');
    expect(Date.parse(answer.runAt)).toBeGreaterThan(Date.now() + 5_000);
    expect(await worker.claim()).toEqual([]);
  });

  it('ends for good with retry false', async () => {
    const { queue, worker, job } = await claimed({ maxAttempts: 9 });
    const error = { message: 'it is damaged', code: 'damaged', name: 'DamagedFile', stack: 'at line 1' };
    expect(expectData(await worker.fail(job, { error, retry: false }), 200)).toMatchObject({ state: 'failed' });
    expect(await worker.claim()).toEqual([]);
    const view = await producer.view(queue, job.id);
    // One of nine, although the row's own limit had to be lowered.
    expect(view).toMatchObject({ state: 'failed', attempt: 1, maxAttempts: 9 });
    expect(view.attempts[0]).toMatchObject({
      error: { message: error.message, code: error.code, category: 'AGENT_ERROR' },
    });
    const { jobs } = expectData(
      await callerAs(api, 'operator', 'o').get(`/admin/jobs?queue=${queue}&state=failed`),
      200,
    );
    expect(jobs.find(({ id }: any) => id === job.id)).toMatchObject({ attempt: 1, maxAttempts: 9 });
  });

  it('ends after maxAttempts, and retry true adds none', async () => {
    const { queue, worker, job } = await claimed({ maxAttempts: 2 });
    expect(expectData(await worker.fail(job, { retry: true, retryInSeconds: 0 }), 200).state).toBe('retry');
    const last = await worker.claimOne(queue);
    expect(last).toMatchObject({ attempt: 2, maxAttempts: 2 });
    expect(expectData(await worker.fail(last, { retry: true, retryInSeconds: 0 }), 200).state).toBe('failed');
    expect(await worker.claim({ waitSeconds: 1 })).toEqual([]);
    expect((await producer.view(queue, job.id)).state).toBe('failed');
  });

  it('does not try a job again that has one attempt only', async () => {
    const { worker, job } = await claimed({ maxAttempts: 1 });
    const answer = expectData(await worker.fail(job), 200);
    expect(answer.state).toBe('failed');
    expect(answer).not.toHaveProperty('runAt');
  });

  it('keeps the recorded answer while the job has long gone on', async () => {
    const { queue, worker, job } = await claimed();
    await worker.fail(job, { retryInSeconds: 0 });
    const second = await worker.claimOne(queue);
    for (const how of [{ retryInSeconds: 0 }, { retry: false }]) {
      expect(expectData(await worker.fail(job, how), 200)).toMatchObject({
        verdict: 'already-accepted',
        state: 'retry',
      });
    }
    expectRefusal(await worker.complete(job), 409, 'superseded');
    expectData(await worker.complete(second), 200);
    expect(expectData(await worker.fail(job), 200)).toMatchObject({ verdict: 'already-accepted', state: 'retry' });
    expect(await producer.view(queue, job.id)).toMatchObject({ state: 'completed' });
  });

  it.each([{}, { error: 'text' }, { error: {} }, { error: { message: 7 } }, { retryInSeconds: -1 }, { retry: 'no' }])(
    'refuses %j',
    async (how) => {
      const { worker, job } = await claimed();
      const body = {
        lease: job.lease,
        ...('error' in how || Object.keys(how).length === 0 ? {} : { error: { message: 'm' } }),
        ...how,
      };
      expectRefusal(await worker.caller.post(`${worker.path}/fail/${job.id}`, body), 422);
      expectRefusal(await worker.fail(job, { retryInSeconds: 367 * 86_400 }), 422);
      expectData(await worker.complete(job), 200);
    },
  );
});

describe.concurrent('release', () => {
  it('burns no attempt, however often, also on the last one', async () => {
    const { queue, worker, job } = await claimed({ maxAttempts: 1 });
    let held: Claimed = job;
    for (let n = 0; n < 4; n++) {
      const answer = expectData(await worker.release(held, { reason: 'not now' }), 200);
      expect(answer.verdict).toBe('accepted');
      expect(['created', 'retry']).toContain(answer.state);
      held = await worker.claimOne(queue);
      expect(held).toMatchObject({ id: job.id, attempt: 1, maxAttempts: 1 });
    }
    expect(expectData(await worker.fail(held), 200).state).toBe('failed');
  });

  it('counts attempts right when releases and failures alternate', async () => {
    const { queue, worker, job } = await claimed({ maxAttempts: 3 });
    let held: Claimed = job;
    for (const [move, next] of [
      ['release', 1],
      ['fail', 2],
      ['release', 2],
      ['release', 2],
      ['fail', 3],
      ['release', 3],
    ] as const) {
      const answer = move === 'fail' ? await worker.fail(held, { retryInSeconds: 0 }) : await worker.release(held);
      expectData(answer, 200);
      held = await worker.claimOne(queue);
      expect(held).toMatchObject({ attempt: next, maxAttempts: 3 });
    }
    expect(expectData(await worker.fail(held), 200).state).toBe('failed');
  });

  it('waits for its delay, and says already-accepted when told again', async () => {
    const { queue, worker, job } = await claimed();
    const released = expectData(await worker.release(job, { delaySeconds: 1 }), 200);
    const again = expectData(await worker.release(job), 200);
    expect(again).toMatchObject({ verdict: 'already-accepted', state: released.state });
    expectRefusal(await worker.complete(job), 409, 'superseded');
    const next = await worker.claimOne(queue);
    expect(next).toMatchObject({ id: job.id, attempt: 1 });
    expect(Date.parse(next.claimedAt) - Date.parse(job.claimedAt)).toBeGreaterThanOrEqual(1000);
    expectRefusal(await worker.fail(job), 409, 'superseded');
  });
});

describe.concurrent('leases', () => {
  it('settle only their own job, and only for their own worker', async () => {
    const { queue, worker, job } = await claimed();
    const other = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const second = await worker.claimOne(queue);
    expectRefusal(await worker.complete({ ...job, lease: second.lease }), 403);
    expectRefusal(await worker.fail({ ...second, lease: job.lease }), 403);
    for (const lease of [
      'garbage',
      `${job.lease}x`,
      job.lease.slice(0, -4),
      job.lease.toUpperCase(),
      job.token,
      '🐘',
    ]) {
      expectRefusal(await worker.complete({ ...job, lease }), 403);
    }
    expectRefusal(await other.complete(job), 403);
    expectRefusal(await other.release(job), 403);
    expectRefusal(await worker.complete({ ...job, id: randomUUID() }), 403);
    expectRefusal(await worker.complete({ ...job, lease: '' }), 422);
    for (const each of [job, second]) expectData(await worker.complete(each), 200);
  });

  it('are gone when the job was cancelled', async () => {
    const { queue, worker, job } = await claimed();
    expectData(await producer.caller.post(`/jobs/${queue}/${job.id}/cancel`), 200);
    expect(await worker.beat([job])).toMatchObject({ lost: [], cancelled: [job.id] });
    expectRefusal(await worker.complete(job), 410, 'gone');
    expectRefusal(await worker.fail(job), 410, 'gone');
    expectRefusal(await worker.release(job), 410, 'gone');
    expect((await producer.view(queue, job.id)).state).toBe('cancelled');
  });
});
