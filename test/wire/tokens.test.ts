import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createQueueShelf, createWorker } from './support/actors.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';
import { mint, sign } from './support/token.ts';

let api: Api;
const previous = randomBytes(32).toString('hex');
const nextQueue = createQueueShelf();

beforeAll(async () => {
  api = await startApi({ env: { WORKER_SERVICE_TOKEN_PREVIOUS: previous } });
});
afterAll(() => api.stop());

const now = () => Math.floor(Date.now() / 1000);
const job = { name: 'files.thumbnail', payload: { processing_job_id: 'x' }, queue: 'email' };
const claims = () => ({
  type: 'producer',
  sub: 'p',
  iss: 'powernode-platform',
  aud: 'powernode-api',
  iat: now(),
  exp: now() + 300,
});

describe.concurrent('who is let in', () => {
  const bad: [string, () => string][] = [
    ['nonsense', () => 'nonsense'],
    ['three empty parts', () => '..'],
    ['parts that are no JSON', () => 'YQ.YQ.YQ'],
    ['a foreign secret', () => mint(randomBytes(32).toString('hex'), 'producer', 'p')],
    ['alg none', () => sign(api.secret, { alg: 'none', typ: 'JWT' }, claims())],
    ['alg None', () => sign(api.secret, { alg: 'None' }, claims())],
    ['HS512 with the right secret', () => sign(api.secret, { alg: 'HS512', typ: 'JWT' }, claims())],
    ['a signature of other claims', () => tampered()],
    ['one that expired', () => mint(api.secret, 'producer', 'p', { iat: now() - 200, exp: now() - 10 })],
    ['one that lives for more than 300 s', () => mint(api.secret, 'producer', 'p', { exp: now() + 301 })],
    ['one that lives for a day', () => mint(api.secret, 'producer', 'p', { exp: now() + 86_400 })],
    ['one from the future', () => mint(api.secret, 'producer', 'p', { iat: now() + 60, exp: now() + 120 })],
    ['no exp', () => mint(api.secret, 'producer', 'p', { exp: undefined })],
    ['no iat', () => mint(api.secret, 'producer', 'p', { iat: undefined })],
    ['no sub', () => mint(api.secret, 'producer', 'p', { sub: undefined })],
    ['an empty sub', () => mint(api.secret, 'producer', '')],
    ['a sub that is no text', () => mint(api.secret, 'producer', 'p', { sub: { a: 1 } })],
    ['a foreign audience', () => mint(api.secret, 'producer', 'p', { aud: 'bridge' })],
    ['no audience', () => mint(api.secret, 'producer', 'p', { aud: undefined })],
    ['a foreign issuer', () => mint(api.secret, 'producer', 'p', { iss: 'someone' })],
    ['no issuer', () => mint(api.secret, 'producer', 'p', { iss: undefined })],
    ['an unknown type', () => mint(api.secret, 'producer', 'p', { type: 'root' })],
    ['no type', () => mint(api.secret, 'producer', 'p', { type: undefined })],
    ['a number for exp that is text', () => mint(api.secret, 'producer', 'p', { exp: String(now() + 60) })],
  ];
  it.each(bad)('refuses %s with 401', async (_what, token) => {
    expectRefusal(await callerOf(api.url, token()).post('/jobs', job), 401);
  });

  it('refuses no token, and one in another scheme, with 401', async () => {
    const nobody = callerOf(api.url, undefined);
    expectRefusal(await nobody.post('/jobs', job), 401);
    const token = mint(api.secret, 'producer', 'p');
    for (const authorization of [token, `Basic ${token}`, 'Bearer', 'Bearer ', `Bearer ${token} ${token}`]) {
      expectRefusal(await nobody.post('/jobs', job, { authorization }), 401);
    }
    expectRefusal(await nobody.post(`/jobs?token=${token}&access_token=${token}`, job), 401);
  });

  it('looks at the token before it looks at the body', async () => {
    expectRefusal(await callerOf(api.url, undefined).ask('POST', '/jobs', { raw: '{' }), 401);
  });

  it('allows a clock that is off by less than 5 s, in both directions', async () => {
    const early = mint(api.secret, 'producer', 'p', { iat: now() + 3, exp: now() + 200 });
    const late = mint(api.secret, 'producer', 'p', { iat: now() - 200, exp: now() - 2 });
    for (const token of [early, late]) expectData(await callerOf(api.url, token).post('/jobs', job), 201);
  });

  it('takes tokens of the previous secret while it is in its grace', async () => {
    expectData(await callerOf(api.url, mint(previous, 'producer', 'p')).post('/jobs', job), 201);
  });
});

describe.concurrent('who may do what', () => {
  it('refuses the wrong kind of token with 403 that names what is missing', async () => {
    const id = randomUUID();
    const wrong: [Parameters<typeof callerAs>[1], string, string, RegExp][] = [
      ['worker', 'POST', '/jobs', /producer/],
      ['worker', 'POST', '/jobs/batch', /producer/],
      ['scraper', 'POST', '/jobs', /producer/],
      ['producer', 'POST', '/workers/register', /worker/],
      ['operator', 'POST', '/workers/register', /worker/],
      ['producer', 'POST', `/workers/p/claim`, /worker/],
      ['operator', 'POST', `/workers/p/settle`, /worker/],
      ['producer', 'GET', '/workers', /operator/],
      ['worker', 'GET', '/workers', /operator/],
      ['worker', 'POST', `/jobs/email/${id}/cancel`, /operator|producer/],
      ['scraper', 'POST', `/jobs/email/${id}/retry`, /operator|producer/],
      ['worker', 'POST', '/files/upload', /producer/],
    ];
    for (const [type, method, path, missing] of wrong) {
      const answer = await callerAs(api, type, 'p').ask(method, path, method === 'GET' ? {} : { body: {} });
      expectRefusal(answer, 403);
      expect(answer.body.error, `${type} ${method} ${path}`).toMatch(missing);
    }
  });

  it('refuses every worker route in another worker’s name', async () => {
    const victim = await createWorker(api, ['email']);
    const thief = callerAs(api, 'worker', 'thief');
    const id = randomUUID();
    for (const [method, path, body] of [
      ['POST', 'heartbeat', { status: 'idle', running: [] }],
      ['POST', 'claim', {}],
      ['POST', 'settle', { settlements: [{ jobId: id, lease: 'x', outcome: { type: 'completed' } }] }],
      ['POST', `complete/${id}`, { lease: 'x' }],
      ['POST', `fail/${id}`, { lease: 'x', error: { message: 'm' } }],
      ['POST', `release/${id}`, { lease: 'x' }],
      ['POST', 'drain', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const target = path === '' ? victim.path : `${victim.path}/${path}`;
      expectRefusal(await thief.ask(method, target, body === undefined ? {} : { body }), 403);
    }
    expect((await victim.beat()).directive).toBe('continue');
  });

  it('refuses a registration under another id than the token’s', async () => {
    const body = { hostname: 'h', pid: 1, version: '1', protocol: 1, queues: ['email'], concurrency: 1 };
    const caller = callerAs(api, 'worker', 'me');
    const answer = await caller.post('/workers/register', { ...body, id: 'someone-else' });
    expect([403, 422]).toContain(answer.status);
    expectRefusal(answer, answer.status);
    expect(expectData(await caller.post('/workers/register', { ...body, id: 'me' }), 201).worker.id).toBe('me');
  });

  it('holds a producer to the queues of its token', async () => {
    const caller = callerAs(api, 'producer', 'narrow', { queues: ['email'] });
    expectData(await caller.post('/jobs', job), 201);
    const answer = expectRefusal(await caller.post('/jobs', { ...job, queue: 'reports' }), 403);
    expect(answer.body.error).toMatch(/reports/);
    expectRefusal(await caller.post('/jobs/batch', { jobs: [job, { ...job, queue: 'reports' }] }), 403);
    expectRefusal(await caller.post('/jobs', { job_class: 'ThumbnailGenerationJob', args: ['x'] }), 403);
  });

  it('holds a worker to the queues of its token, also when it does not name any', async () => {
    const [mine, other] = [nextQueue(), nextQueue()];
    const producer = createProducer(api);
    await producer.enqueue(other);
    const id = await producer.enqueue(mine);
    const wide = await createWorker(api, [mine, other]);
    const narrow = callerAs(api, 'worker', wide.id, { queues: [mine] });
    expectRefusal(await narrow.post(`${wide.path}/claim`, { queues: [other] }), 403);
    const { jobs } = expectData(await narrow.post(`${wide.path}/claim`, { limit: 10 }), 200);
    expect(jobs.map((claimed: { id: string }) => claimed.id)).toEqual([id]);
  });
});

function tampered(): string {
  const [head, , signature] = mint(api.secret, 'producer', 'p').split('.');
  const body = Buffer.from(JSON.stringify({ ...claims(), type: 'operator' })).toString('base64url');
  return [head, body, signature].join('.');
}
