import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { expectData, expectRefusal, faultPaths } from './support/client.ts';

let api: Api;
let producer: ReturnType<typeof createProducer>;
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
});
afterAll(() => api.stop());

const nested = (depth: number): unknown => (depth === 0 ? 'deep' : { in: nested(depth - 1) });
const listed = (depth: number): unknown => (depth === 0 ? 'deep' : [listed(depth - 1)]);
const payload = (extra: unknown) => ({ processing_job_id: 'x', extra });

const unstorable: [string, unknown, RegExp][] = [
  ['NUL', 'a\u0000b', /extra/],
  ['NUL in a list', ['fine', { a: 'a\u0000' }], /extra\W?1\W?\.?a/],
  ['NUL in a key', { 'a\u0000': 1 }, /extra/],
  ['a lone high surrogate', '\ud83d', /extra/],
  ['a lone low surrogate', '\udc18 x', /extra/],
  ['a lone surrogate in a key', { '\ud83d': 1 }, /extra/],
  ['nesting of 65 objects', nested(65), /extra/],
  ['nesting of 65 lists', listed(65), /extra/],
];

describe.concurrent('text that PostgreSQL cannot hold', () => {
  it.each(unstorable)('is refused in a payload: %s', async (_what, extra, place) => {
    const answer = expectRefusal(await producer.post('email', { payload: payload(extra) }), 422);
    expect(faultPaths(answer)[0]).toMatch(place);
  });

  it.each(unstorable)('is refused in an output, and the job can still be settled: %s', async (_what, extra) => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    expectRefusal(await worker.complete(job, { extra }), 422);
    const outcome = { type: 'completed', output: { extra } };
    const settlements = [{ jobId: job.id, lease: job.lease, outcome }];
    expectRefusal(await worker.caller.post(`${worker.path}/settle`, { settlements }), 422);
    expectData(await worker.complete(job), 200);
  });

  it('is refused in an error, a reason, a key and a name', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    await producer.enqueue(queue);
    const job = await worker.claimOne(queue);
    for (const bad of ['a\u0000', '\ud800']) {
      for (const field of ['message', 'code', 'name', 'stack']) {
        expectRefusal(await worker.fail(job, { error: { message: 'm', [field]: bad } }), 422);
      }
      expectRefusal(await worker.release(job, { reason: bad }), 422);
      expectRefusal(await producer.post(queue, { singletonKey: bad }), 422);
      expectRefusal(await producer.post(queue, { name: bad }), 422);
      expectRefusal(await producer.caller.post('/jobs', { job_class: 'ThumbnailGenerationJob', args: [bad] }), 422);
      const running = [{ jobId: job.id, lease: job.lease, progress: { percent: 1, message: bad } }];
      expectRefusal(await worker.caller.post(`${worker.path}/heartbeat`, { status: 'busy', running }), 422);
    }
    expectData(await worker.complete(job), 200);
  });

  it('does not trip over a body that is nested far beyond every limit', async () => {
    for (const raw of [
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      `{"payload":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    ]) {
      const answer = await producer.caller.ask('POST', '/jobs', { raw });
      expect([400, 422]).toContain(answer.status);
    }
  });

  it('does not let a key reach the prototype', async () => {
    const raw = JSON.stringify(producer.body('email')).replace(
      '{',
      '{"__proto__":{"priority":9},"constructor":{"a":1},',
    );
    const answer = await producer.caller.ask('POST', '/jobs', { raw });
    if (answer.status === 201) expect((await producer.view('email', answer.data.id)).priority).toBe(0);
    else expectRefusal(answer, 422);
  });

  it('does not trip over numbers that JSON allows and JavaScript cannot hold', async () => {
    const raw = JSON.stringify(producer.body('email', { payload: payload('N') })).replace('"N"', '1e400');
    expectRefusal(await producer.caller.ask('POST', '/jobs', { raw }), 422);
  });
});

describe.concurrent('text that PostgreSQL can hold', () => {
  it('comes back as it was sent, in payload, output and error', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const extra = {
      plain: '',
      controls: '\u0001\u001f\u007f\b\t\n\r',
      unicode: '🐘 ünï \u2028\u2029 \ufffe \uffff',
      '': 'empty key',
      quotes: `"'\\/\`$1 %s ; drop table x`,
      escaped: '\\u0000 \\ud800',
      deep: nested(60),
      numbers: [0, -1, 1.5, 9007199254740991, 1e300, 5e-324],
      empty: [{}, [], null, false],
    };
    const id = await producer.enqueue(queue, { payload: payload(extra) });
    const job = await worker.claimOne(queue);
    expect(job.payload).toEqual(payload(extra));
    expectData(await worker.complete(job, { extra }), 200);
    expect(await producer.view(queue, id)).toMatchObject({ payload: payload(extra), output: { extra } });
  });

  it('is taken up to 64 levels', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const fits = { processing_job_id: 'x', ...(nested(63) as object) };
    await producer.enqueue(queue, { payload: fits });
    expect((await worker.claimOne(queue)).payload).toEqual(fits);
  });

  it('is taken for a payload of almost 2 MiB', async () => {
    const queue = nextQueue();
    const worker = await createWorker(api, [queue]);
    const large = payload('€'.repeat(650_000));
    await producer.enqueue(queue, { payload: large });
    const job = await worker.claimOne(queue);
    expect(job.payload).toEqual(large);
    expectData(await worker.complete(job), 200);
  });
});
