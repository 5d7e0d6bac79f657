import { type Check, expectEqual, expectThat } from '../check.ts';
import { type Bridge, callerAs, enqueue, hire, view } from './client.ts';

export const SETTLES: readonly Check<Bridge>[] = [
  {
    name: 'completed: accepted, then already-accepted, and the output is kept',
    async run(bridge) {
      const hand = await hire(bridge);
      const id = await enqueue(bridge);
      const job = await hand.claimOne();
      const answers = [await hand.say('complete', job, { output: { a: 1 } }), await hand.say('complete', job)];
      expectEqual(
        'verdicts',
        answers.map(({ data }) => data.verdict),
        ['accepted', 'already-accepted'],
      );
      expectEqual('output', (await view(bridge, id)).output, { a: 1 });
    },
  },
  {
    name: 'another outcome after the first is 409 superseded',
    async run(bridge) {
      const hand = await hire(bridge);
      await enqueue(bridge);
      const job = await hand.claimOne();
      await hand.say('complete', job);
      const { status, code } = await hand.say('fail', job);
      expectEqual('answer', [status, code], [409, 'superseded']);
    },
  },
  {
    name: 'failed: the next attempt comes when it was asked for, and not before',
    async run(bridge) {
      const hand = await hire(bridge);
      await enqueue(bridge);
      const job = await hand.claimOne();
      const { data } = await hand.say('fail', job, { retryInSeconds: 2 });
      expectEqual('state', data.state, 'retry');
      expectThat('a runAt', !Number.isNaN(Date.parse(data.runAt)));
      expectEqual('jobs at once', await hand.claim(), []);
      const next = await hand.claimOne(15);
      expectEqual('attempt', next.attempt, 2);
      await hand.say('complete', next);
    },
  },
  {
    name: 'failed without a retry, and at the last attempt, is failed for good',
    async run(bridge) {
      const hand = await hire(bridge);
      await enqueue(bridge);
      expectEqual('no retry', (await hand.say('fail', await hand.claimOne(), { retry: false })).data.state, 'failed');
      await enqueue(bridge, { maxAttempts: 1 });
      expectEqual('last', (await hand.say('fail', await hand.claimOne(), { retry: true })).data.state, 'failed');
    },
  },
  {
    name: 'released: no attempt is burnt, not even the last one',
    async run(bridge) {
      const hand = await hire(bridge);
      await enqueue(bridge, { maxAttempts: 1 });
      for (let times = 0; times < 3; times += 1) {
        const job = await hand.claimOne();
        expectEqual('attempt of most', [job.attempt, job.maxAttempts], [1, 1]);
        expectEqual('verdict', (await hand.say('release', job)).data.verdict, 'accepted');
      }
      await hand.say('complete', await hand.claimOne());
    },
  },
  {
    name: 'a lease settles its own job for its own worker only',
    async run(bridge) {
      const [hand, other] = [await hire(bridge), await hire(bridge)];
      await enqueue(bridge);
      await enqueue(bridge);
      const [one, two] = [await hand.claimOne(), await hand.claimOne()];
      await hand.beat(one, two);
      expectEqual('another job', (await hand.say('complete', { ...one, lease: two.lease })).status, 403);
      expectEqual('another worker', (await other.say('complete', one)).status, 403);
      for (const job of [one, two]) expectEqual('own', (await hand.say('complete', job)).status, 200);
    },
  },
  {
    name: 'many outcomes in one call are answered in their order',
    async run(bridge) {
      const hand = await hire(bridge);
      for (let n = 0; n < 3; n += 1) await enqueue(bridge);
      const jobs = [await hand.claimOne(), await hand.claimOne(), await hand.claimOne()];
      const outcomes = [
        { type: 'completed' },
        { type: 'failed', error: { message: 'no' }, retry: false },
        { type: 'completed' },
      ];
      const settlements = jobs.map((job, at) => ({ jobId: job.id, lease: job.lease, outcome: outcomes[at] }));
      const { data } = await hand.call('POST', `/workers/${hand.id}/settle`, {
        settlements: [...settlements, { ...settlements[0], lease: 'x' }],
      });
      const told = data.results.map((result: any) => [result.jobId, result.verdict]);
      const [a, b, c] = jobs.map(({ id }) => id);
      expectEqual('results', told, [
        [a, 'accepted'],
        [b, 'accepted'],
        [c, 'accepted'],
        [a, 'forbidden'],
      ]);
    },
  },
  {
    name: 'a cancelled job is told to its worker, and what that settles is 410 gone',
    async run(bridge) {
      const hand = await hire(bridge);
      const id = await enqueue(bridge);
      const job = await hand.claimOne();
      await hand.beat(job);
      const producer = await callerAs(bridge, 'producer', 'conformance');
      expectEqual('cancel', (await producer('POST', `/jobs/${bridge.queue}/${id}/cancel`)).status, 200);
      expectEqual('heartbeat', (await hand.beat(job)).data.cancelled, [id]);
      const { status, code } = await hand.say('complete', job);
      expectEqual('settle', [status, code], [410, 'gone']);
      expectEqual('again', (await producer('POST', `/jobs/${bridge.queue}/${id}/cancel`)).code, 'not_cancellable');
    },
  },
];
