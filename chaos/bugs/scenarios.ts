import { randomUUID } from 'node:crypto';
import type { Play } from './play.ts';

/** Short plays in which one rule is put to the test. A right system comes out of each without a violation. */
export const SCENARIOS: Readonly<Record<string, (play: Play) => Promise<void>>> = {
  /** A worker falls silent, another one gets its jobs, and then it speaks again. */
  async 'late words'(play) {
    const [late, heir] = [await play.hand('late'), await play.hand('heir')];
    await play.enqueue(4);
    const jobs = await late.claim(4);
    await late.beat(...jobs);
    await heir.insist(4, play.leaseMs * 6);
    await late.settle('complete', jobs[0], { output: { mark: 'late' } });
    await late.settle('fail', jobs[1], { retryInSeconds: 0 });
    await late.settle('release', jobs[2]);
    await late.beat(...jobs);
  },
  async 'a lost answer'(play) {
    const [worker, other] = [await play.hand('worker'), await play.hand('other')];
    await play.enqueue(4);
    const claimId = randomUUID();
    const jobs = await worker.claim(2, { claimId });
    const again = await worker.claim(2, { claimId });
    await other.claim(2, { claimId });
    await worker.beat(...jobs, ...again);
  },
  async 'two who wait'(play) {
    const [one, two] = [await play.hand('one'), await play.hand('two')];
    const parked = [one, two].map((hand) => hand.claim(1, { waitSeconds: 2 }));
    await play.pause(300);
    await play.enqueue(1);
    await Promise.all(parked);
  },
  async 'killed before the commit'(play) {
    const worker = await play.hand('worker');
    await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.beat(job);
    await play.whileLocked('pgboss.job_common', async () => {
      const saying = [worker.settle('complete', job, { output: { mark: 'said' } }), play.enqueue(1)];
      await play.pause(400);
      await play.replicas[0]?.child().end('SIGKILL');
      await Promise.all(saying);
    });
    await play.replicas[0]?.start();
  },
  async 'another job’s lease'(play) {
    const worker = await play.hand('worker');
    await play.enqueue(2);
    const [one, two] = await worker.claim(2);
    await worker.beat(one, two);
    await worker.ask('POST', `/workers/worker/complete/${one?.id ?? ''}`, { body: { lease: two?.lease } });
  },
  async released(play) {
    const worker = await play.hand('worker');
    await play.enqueue(1, { maxAttempts: 2 });
    for (let times = 0; times < 2; times += 1) {
      const [job] = await worker.insist(1, 2_000);
      await worker.settle('release', job);
    }
  },
  async 'never confirmed'(play) {
    const [worker, other] = [await play.hand('worker'), await play.hand('other')];
    await play.enqueue(2, { maxAttempts: 1 });
    await worker.claim(2);
    await other.insist(2, play.leaseMs * 5);
  },
  async silent(play) {
    const [worker, heir] = [await play.hand('worker'), await play.hand('heir')];
    await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.beat(job);
    await worker.mark(job, 'the first one’s');
    const [again] = await heir.insist(1, play.leaseMs * 5);
    await heir.mark(again, 'the second one’s');
    await heir.settle('complete', again, { output: { mark: 'done' } });
  },
  async 'silent through a restart'(play) {
    const worker = await play.hand('worker');
    await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.beat(job);
    await play.replicas[0]?.child().end('SIGKILL');
    await play.replicas[0]?.start();
  },
  async 'heard by the other replica'(play) {
    const [first, second] = play.replicas;
    const worker = await play.hand('worker', first?.url);
    const elsewhere = await play.hand('worker', second?.url);
    const rival = await play.hand('rival');
    await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.beat(job);
    const until = performance.now() + play.leaseMs * 3;
    while (performance.now() < until) {
      await elsewhere.beat(job);
      await rival.claim(1);
      await play.pause(play.leaseMs / 8);
    }
  },
  async 'enqueued twice'(play) {
    await play.enqueue(2, {}, 'a key');
  },
  async 'failed for good'(play) {
    const worker = await play.hand('worker');
    const [, id] = await play.enqueue(2);
    const jobs = await worker.claim(2);
    for (const job of jobs)
      await worker.settle('fail', job, { retry: false, error: { message: 'never', code: 'for_good' } });
    await play.change('retry', id ?? '');
  },
  async 'two outcomes'(play) {
    const worker = await play.hand('worker');
    await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.settle('complete', job, { output: { mark: 'as said' } });
    await worker.settle('fail', job);
    await worker.settle('complete', job, { output: { mark: 'as said later' } });
  },
  async 'cancelled while it runs'(play) {
    const worker = await play.hand('worker');
    const [id] = await play.enqueue(1);
    const [job] = await worker.claim(1);
    await worker.beat(job);
    await play.change('cancel', id ?? '');
    await worker.settle('complete', job, { output: { mark: 'late' } });
  },
  async 'to be tried later'(play) {
    const worker = await play.hand('worker');
    await play.enqueue(2);
    const [failed, released] = await worker.claim(2);
    await worker.settle('fail', failed, { retryInSeconds: 2 });
    await worker.settle('release', released, { delaySeconds: 2 });
    await worker.insist(1, 1_000);
  },
};
