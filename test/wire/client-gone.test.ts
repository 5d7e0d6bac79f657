import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { pause, until } from './support/until.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

describe.concurrent('a claim whose client is gone', () => {
  it.each([{}, { claimId: true }])('gives a job of a parked poll to another worker at once (%j)', async (kind) => {
    const queue = nextQueue();
    const [gone, other] = [await createWorker(api, [queue]), await createWorker(api, [queue])];
    const wish = { waitSeconds: 20, ...('claimId' in kind ? { claimId: randomUUID() } : {}) };
    const abort = new AbortController();
    const parked = gone.ask(wish, abort.signal).catch(() => 'cut');
    await pause(300); // parks it; nothing outside tells when it is
    abort.abort();
    expect(await parked).toBe('cut');
    const id = await producer.enqueue(queue);
    const enqueued = performance.now();
    expect(await other.claimOne(queue)).toMatchObject({ id, attempt: 1 });
    expect(performance.now() - enqueued).toBeLessThan(gone.intervals.confirmSeconds * 800);
  });

  it('swallows no job when it goes at the very moment in which one comes', async () => {
    const queue = nextQueue();
    const other = await createWorker(api, [queue]);
    const ids = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const gone = await createWorker(api, [queue]);
      const abort = new AbortController();
      const wish = { waitSeconds: 20, ...(round % 2 === 0 ? { claimId: randomUUID() } : {}) };
      const parked = gone.ask(wish, abort.signal).catch(() => 'cut');
      await pause(60);
      const enqueued = producer.enqueue(queue);
      await pause(round % 4);
      abort.abort();
      ids.add(await enqueued);
      await parked;
    }
    const taken = new Set<string>();
    await until('every job again, at its first attempt', 15_000, async () => {
      for (const job of await other.claim({ limit: 20, waitSeconds: 1 })) {
        expect(job.attempt).toBe(1);
        taken.add(job.id);
        await other.complete(job);
      }
      return taken.size === ids.size;
    });
    expect(taken).toEqual(ids);
  });
});
