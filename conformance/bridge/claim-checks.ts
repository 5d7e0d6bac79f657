import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Check, expectEqual, expectThat } from '../check.ts';
import { type Bridge, callerWith, enqueue, hire, view } from './client.ts';

export const CLAIMS: readonly Check<Bridge>[] = [
  {
    name: 'a claim that finds nothing is 204',
    run: async (bridge) => expectEqual('jobs', await (await hire(bridge)).claim(), []),
  },
  {
    name: 'a parked claim hears of a job within a second',
    async run(bridge) {
      const hand = await hire(bridge);
      const parked = hand.claim({ waitSeconds: 10 });
      await pause(500);
      const id = await enqueue(bridge);
      const startedAt = performance.now();
      const [job] = await parked;
      expectEqual('job', job?.id, id);
      expectThat('an answer within a second', performance.now() - startedAt < 1_000);
      if (job !== undefined) await hand.say('complete', job);
    },
  },
  {
    name: 'the same claimId gives the same jobs and leases again',
    async run(bridge) {
      const hand = await hire(bridge);
      for (let n = 0; n < 3; n += 1) await enqueue(bridge);
      const claimId = randomUUID();
      const first = await hand.claim({ claimId, limit: 2, waitSeconds: 2 });
      const again = await hand.claim({ claimId, limit: 2 });
      const told = (jobs: typeof first) => jobs.map(({ id, lease, attempt }) => [id, lease, attempt]);
      expectEqual('jobs', told(again), told(first));
      for (const job of [...first, await hand.claimOne()]) await hand.say('complete', job);
    },
  },
  {
    name: 'a claim that nobody confirms goes back, and burns nothing',
    async run(bridge) {
      const [silent, other] = [await hire(bridge), await hire(bridge)];
      const id = await enqueue(bridge, { maxAttempts: 1 });
      await silent.claimOne();
      const job = await other.claimOne(silent.intervals.confirmSeconds + 10);
      expectEqual('job and attempt', [job.id, job.attempt], [id, 1]);
      await other.say('complete', job);
    },
  },
  {
    name: 'a job that is held is given to nobody else, and a heartbeat keeps it beyond its lease',
    async run(bridge) {
      const [hand, other] = [await hire(bridge), await hire(bridge)];
      await enqueue(bridge);
      const job = await hand.claimOne();
      const until = performance.now() + (hand.intervals.leaseSeconds + 2) * 1000;
      while (performance.now() < until) {
        expectEqual('lost', (await hand.beat(job)).data.lost, []);
        expectEqual('jobs for another', await other.claim({ waitSeconds: 1 }), []);
      }
      await hand.say('complete', job);
    },
  },
  {
    name: 'a silent worker loses its job, which counts as an attempt, and is refused afterwards',
    async run(bridge) {
      const [silent, heir] = [await hire(bridge), await hire(bridge)];
      await enqueue(bridge);
      const job = await silent.claimOne();
      await silent.beat(job);
      const next = await heir.claimOne(silent.intervals.leaseSeconds + 10);
      expectEqual('attempt', next.attempt, 2);
      expectEqual('lost', (await silent.beat(job)).data.lost, [job.id]);
      const late = await silent.say('complete', job);
      expectEqual('late word', [late.status, late.code], [409, 'superseded']);
      await heir.say('complete', next);
    },
  },
  {
    name: 'a malformed lease is listed as lost',
    async run(bridge) {
      const hand = await hire(bridge);
      const id = randomUUID();
      const beat = await hand.beat({ id, lease: 'nonsense', token: '', attempt: 1, maxAttempts: 1 });
      expectEqual('lost', beat.data.lost, [id]);
    },
  },
  {
    name: 'a draining worker gets no job and hears of it, and one that leaves gives its jobs back unburnt',
    async run(bridge) {
      const [hand, heir] = [await hire(bridge), await hire(bridge)];
      await enqueue(bridge);
      const job = await hand.claimOne();
      await hand.beat(job);
      expectEqual('drain', (await hand.call('POST', `/workers/${hand.id}/drain`)).status, 200);
      expectEqual('directive', (await hand.beat(job)).data.directive, 'drain');
      expectEqual('claim', await hand.claim(), []);
      expectEqual('leave', (await hand.call('DELETE', `/workers/${hand.id}`)).status, 204);
      const next = await heir.claimOne();
      expectEqual('attempt', next.attempt, 1);
      await heir.say('complete', next);
    },
  },
  {
    name: 'an attempt token opens its own job, and is dead once that is settled',
    async run(bridge) {
      const hand = await hire(bridge);
      const id = await enqueue(bridge);
      const job = await hand.claimOne();
      const own = callerWith(bridge, job.token);
      expectEqual('own steps', (await own('GET', `/jobs/${id}/steps`)).status, 200);
      expectThat('a refusal of another job', (await own('GET', `/jobs/${randomUUID()}/steps`)).status >= 400);
      const marks = [
        await own('POST', `/jobs/${id}/idempotency/${id}`, {}),
        await own('POST', `/jobs/${id}/idempotency/${id}`, {}),
      ];
      expectEqual(
        'first',
        marks.map(({ data }) => data.first),
        [true, false],
      );
      await hand.say('complete', job);
      await pause(1_000);
      expectEqual('after the settle', (await own('GET', `/jobs/${id}/steps`)).status, 401);
      expectEqual('state', (await view(bridge, id)).state, 'completed');
    },
  },
];
