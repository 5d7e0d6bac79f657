import { type Check, expectEqual, expectThat } from '../check.ts';
import { type Bridge, callerAs, callerWith, enqueue, hire } from './client.ts';

export const ENVELOPE: readonly Check<Bridge>[] = [
  {
    name: 'an unknown route is 404 not_found in the envelope',
    async run(bridge) {
      const { status, body } = await (await callerAs(bridge, 'worker', 'w'))('GET', '/no/such/route');
      expectEqual('status, success and code', [status, body.success, body.code], [404, false, 'not_found']);
    },
  },
  {
    name: 'no token, a foreign one and one of another audience are 401',
    async run(bridge) {
      const foreign = await callerAs({ ...bridge, secret: 'x'.repeat(40) }, 'worker', 'w');
      for (const call of [callerWith(bridge, undefined), callerWith(bridge, 'a.b.c'), foreign])
        expectEqual('status', (await call('POST', '/workers/w/claim', {})).status, 401);
    },
  },
  {
    name: 'a worker’s token neither enqueues nor speaks for another worker',
    async run(bridge) {
      const call = await callerAs(bridge, 'worker', 'w');
      expectEqual('enqueue', (await call('POST', '/jobs', { name: bridge.name, payload: bridge.payload })).status, 403);
      expectEqual('claim for another', (await call('POST', '/workers/other/claim', {})).status, 403);
    },
  },
  {
    name: 'a body that is no JSON is 400, of another type 415, of the wrong form 422 with its paths',
    async run(bridge) {
      const { call, id } = await hire(bridge);
      expectEqual('no JSON', (await call('POST', `/workers/${id}/claim`, '{')).status, 400);
      expectEqual(
        'text',
        (await call('POST', `/workers/${id}/claim`, 'x', { 'content-type': 'text/plain' })).status,
        415,
      );
      const { status, body } = await call('POST', `/workers/${id}/claim`, { limit: 0 });
      expectEqual('status and path', [status, body.errors?.[0]?.path], [422, 'limit']);
    },
  },
  {
    name: 'another protocol than 1 is 409 protocol_unsupported',
    async run(bridge) {
      const call = await callerAs(bridge, 'worker', 'w');
      const about = { hostname: 'h', pid: 1, version: '1', protocol: 2, queues: [bridge.queue], concurrency: 1 };
      const { status, code } = await call('POST', '/workers/register', about);
      expectEqual('status and code', [status, code], [409, 'protocol_unsupported']);
    },
  },
  {
    name: 'a worker that never registered is 404 worker_unknown',
    async run(bridge) {
      const call = await callerAs(bridge, 'worker', `nobody-${Date.now()}`);
      const { code } = await call('POST', `/workers/nobody-${Date.now()}/claim`, {});
      expectThat(`worker_unknown or forbidden, got ${code ?? ''}`, code === 'worker_unknown' || code === 'forbidden');
    },
  },
  {
    name: 'an Idempotency-Key makes two requests one job, and refuses another body',
    async run(bridge) {
      const call = await callerAs(bridge, 'producer', 'conformance');
      const key = { 'idempotency-key': `k-${Date.now()}` };
      const body = { name: bridge.name, queue: bridge.queue, payload: bridge.payload };
      const [first, again] = [await call('POST', '/jobs', body, key), await call('POST', '/jobs', body, key)];
      expectEqual('first, repeat, duplicate', [first.status, again.status, again.data?.duplicate], [201, 200, true]);
      expectEqual('id', again.data.id, first.data.id);
      const other = await call('POST', '/jobs', { ...body, priority: 5 }, key);
      expectEqual('another body', [other.status, other.code], [422, 'idempotency_key_reused']);
      const hand = await hire(bridge);
      await hand.say('complete', await hand.claimOne());
    },
  },
  {
    name: 'a batch is enqueued in order, or not at all',
    async run(bridge) {
      const call = await callerAs(bridge, 'producer', 'conformance');
      const job = { name: bridge.name, queue: bridge.queue, payload: bridge.payload };
      const torn = await call('POST', '/jobs/batch', { jobs: [job, { ...job, name: 'no.such.job' }] });
      expectEqual('one bad job', torn.status, 422);
      const hand = await hire(bridge);
      expectEqual('jobs after it', await hand.claim(), []);
      const { data } = await call('POST', '/jobs/batch', { jobs: [job, job] });
      const got = await hand.claim({ limit: 2, waitSeconds: 5 });
      expectEqual(
        'order',
        got.map(({ id }) => id),
        data.ids,
      );
      for (const each of got) await hand.say('complete', each);
    },
  },
  {
    name: 'a higher priority comes first',
    async run(bridge) {
      const low = await enqueue(bridge, { priority: 0 });
      const high = await enqueue(bridge, { priority: 9 });
      const hand = await hire(bridge);
      const got = await hand.claim({ limit: 2, waitSeconds: 5 });
      expectEqual(
        'order',
        got.map(({ id }) => id),
        [high, low],
      );
      for (const each of got) await hand.say('complete', each);
    },
  },
];
