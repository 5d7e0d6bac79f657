import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { expectData } from './support/client.ts';
import { pause } from './support/until.ts';

const CONFIRM_SECONDS = 2;
let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi({ env: { CONFIRM_SECONDS: String(CONFIRM_SECONDS) } });
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('a claim that is repeated under its claimId', () => {
  it('gives the same jobs with leases that settle, and takes no others', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    for (let n = 0; n < 5; n++) await producer.enqueue(queue);
    const claimId = randomUUID();
    const first = await worker.claim({ claimId, limit: 2 });
    const again = await worker.claim({ claimId, limit: 2 });
    expect(again.map((job) => [job.id, job.attempt, job.payload])).toEqual(
      first.map((job) => [job.id, job.attempt, job.payload]),
    );
    expect(first).toHaveLength(2);
    expectData(await worker.complete(again[0]!), 200);
    expectData(await worker.complete(first[1]!), 200);
    expect(await worker.claim({ limit: 10 })).toHaveLength(3);
  });

  it('gives only what is still held, and is a new claim when nothing is', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    for (let n = 0; n < 3; n++) await producer.enqueue(queue);
    const claimId = randomUUID();
    const [first, second] = await worker.claim({ claimId, limit: 2 });
    await worker.complete(first!);
    expect((await worker.claim({ claimId, limit: 2 })).map((job) => job.id)).toEqual([second!.id]);
    await worker.release(second!, { delaySeconds: 60 });
    const fresh = await worker.claim({ claimId, limit: 2 });
    expect(fresh).toHaveLength(1);
    expect([first!.id, second!.id]).not.toContain(fresh[0]!.id);
    expect((await worker.claim({ claimId, limit: 2 })).map((job) => job.id)).toEqual([fresh[0]!.id]);
  });

  it('is another claim when another worker uses the same id', async () => {
    const queue = nextQueue();
    const [one, two] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    for (let n = 0; n < 2; n++) await producer.enqueue(queue);
    const claimId = randomUUID();
    const [mine] = await one.claim({ claimId });
    const [theirs] = await two.claim({ claimId });
    expect(theirs!.id).not.toBe(mine!.id);
    expectData(await one.complete(mine!), 200);
    expectData(await two.complete(theirs!), 200);
  });

  it('joins the first request while that one is parked', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const claimId = randomUUID();
    const first = worker.claim({ claimId, waitSeconds: 20 });
    await pause(300); // the second must meet a parked poll, not race it
    const second = worker.claim({ claimId, waitSeconds: 20 });
    await pause(300);
    await producer.enqueue(queue);
    const ids = (await Promise.all([first, second])).map((jobs) => jobs.map((job) => job.id));
    expect(ids[0]).toHaveLength(1);
    expect(ids[1]).toEqual(ids[0]);
    const later = await producer.enqueue(queue);
    expect((await worker.claimOne(queue)).id).toBe(later);
  });

  it('takes the jobs once when both requests come at the same moment', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    for (let round = 0; round < 8; round++) {
      await producer.enqueue(queue);
      await producer.enqueue(queue);
      const claimId = randomUUID();
      const answers = await Promise.all([1, 2, 3].map(() => worker.claim({ claimId })));
      const ids = new Set(answers.flat().map((job) => job.id));
      expect(ids.size).toBe(1);
      for (const jobs of answers) expect(jobs).toHaveLength(1);
      await worker.complete(answers[0]![0]!);
      await worker.complete(await worker.claimOne(queue));
    }
  });

  it('restarts the time in which it must be confirmed', async () => {
    const queue = nextQueue();
    const [worker, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    const id = await producer.enqueue(queue);
    const claimId = randomUUID();
    const [job] = await worker.claim({ claimId });
    await pause(CONFIRM_SECONDS * 700);
    expect((await worker.claim({ claimId })).map((each) => each.id)).toEqual([id]);
    // Without the repetition it would be offered after one confirmSeconds; by the clock of the api, so that a busy
    // machine changes nothing.
    const next = await other.claimOne(queue, 15_000);
    expect(next.id).toBe(id);
    const waited = Date.parse(next.claimedAt) - Date.parse(job!.claimedAt);
    expect(waited).toBeGreaterThanOrEqual(CONFIRM_SECONDS * 1600);
    expect(waited).toBeLessThan(CONFIRM_SECONDS * 1700 + 6_000);
  });
});

describe.concurrent('a claim that nobody confirms', () => {
  it('goes back within confirmSeconds with no attempt burnt, even the last one', async () => {
    const queue = nextQueue();
    const [silent, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    expect(silent.intervals.confirmSeconds).toBe(CONFIRM_SECONDS);
    const id = await producer.enqueue(queue, { maxAttempts: 1 });
    const first = await silent.claimOne(queue);
    const job = await other.claimOne(queue, 15_000);
    const waited = Date.parse(job.claimedAt) - Date.parse(first.claimedAt);
    expect(waited).toBeLessThan((CONFIRM_SECONDS + 3) * 1000);
    expect(waited).toBeGreaterThan(CONFIRM_SECONDS * 900);
    expect(job).toMatchObject({ id, attempt: 1, maxAttempts: 1 });
    expectData(await other.complete(job), 200);
    expect((await producer.view(queue, id)).state).toBe('completed');
  });

  it('does not go back to another parked poll of the same silent worker', async () => {
    const queue = nextQueue();
    const [silent, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    const parked = [1, 2].map(() => silent.claim({ claimId: randomUUID(), waitSeconds: 20 }));
    await pause(300); // parks them
    const id = await producer.enqueue(queue);
    await Promise.race(parked);
    const heir = await other.claim({ waitSeconds: 20 });
    expect(heir.map((job) => [job.id, job.attempt])).toEqual([[id, 1]]);
    expect((await Promise.all(parked)).flat()).toHaveLength(1);
    await other.complete(heir[0]!);
  });

  it('stays when a beat names its lease, and a beat that does not name it confirms nothing', async () => {
    const queue = nextQueue();
    const [worker, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    await producer.enqueue(queue);
    await producer.enqueue(queue);
    const [named, unnamed] = [await worker.claimOne(queue), await worker.claimOne(queue)];
    expect((await worker.beat([named])).lost).toEqual([]);
    const taken = await other.claimOne(queue);
    expect(taken.id).toBe(unnamed.id);
    expect((await worker.beat([named, unnamed])).lost).toEqual([unnamed.id]);
    expectData(await worker.complete(named), 200);
    expectData(await other.complete(taken), 200);
  });
});
