import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from '../support/api.ts';
import { createProducer, createWorker } from './support/actors.ts';
import { callerAs, callerOf, type Caller, expectData, expectRefusal, faultPaths } from './support/client.ts';
import { mint } from './support/token.ts';

let api: Api;
let producer: Caller;
const good = { name: 'files.thumbnail', payload: { processing_job_id: 'x' }, queue: 'email' };

beforeAll(async () => {
  api = await startApi();
  producer = callerAs(api, 'producer', 'outside');
});
afterAll(() => api.stop());

describe.concurrent('the envelope', () => {
  it('wraps a success in success and data', async () => {
    const answer = await producer.post('/jobs', good);
    expectData(answer, 201);
    expect(Object.keys(answer.body).toSorted()).toEqual(['data', 'success']);
  });

  it('answers unknown routes with not_found, below and beside the API', async () => {
    for (const [method, path] of [
      ['GET', '/nowhere'],
      ['POST', '/jobs/nowhere/at/all'],
      ['DELETE', '/jobs'],
      ['PATCH', '/workers/register'],
      ['GET', ''],
    ] as const) {
      expectRefusal(await producer.ask(method, path), 404, 'not_found');
    }
    for (const url of ['/', '/nowhere', '/api', '/api/v2/jobs', '/workers/register']) {
      const answer = await callerOf(api.url, undefined).get(`${api.url}${url}`);
      expectRefusal(answer, 404, 'not_found');
    }
  });

  it('answers a route that does not exist before it asks who is there', async () => {
    expectRefusal(await callerOf(api.url, undefined).get('/nowhere'), 404, 'not_found');
  });

  it.each(['{', 'nul', '{"name":}', '{"a":1}{"b":2}', '\u0000', "{'name':1}", '[1,'])(
    'refuses %j as no JSON with 400',
    async (raw) => {
      expectRefusal(await producer.ask('POST', '/jobs', { raw, headers: { 'content-type': 'application/json' } }), 400);
    },
  );

  it('refuses an empty body where one is needed', async () => {
    const answer = await producer.ask('POST', '/jobs', { raw: '', headers: { 'content-type': 'application/json' } });
    expect([400, 422]).toContain(answer.status);
    expectRefusal(answer, answer.status);
  });

  it('refuses bytes that are no UTF-8 without failing', async () => {
    const raw = Buffer.from('7b226e616d65223a22fffe22', 'hex');
    const { status } = await producer.ask('POST', '/jobs', { raw, headers: { 'content-type': 'application/json' } });
    expect([400, 422]).toContain(status);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('refuses the content type %s with 415', async (type) => {
    const answer = await producer.ask('POST', '/jobs', {
      raw: JSON.stringify(good),
      headers: { 'content-type': type },
    });
    expectRefusal(answer, 415);
  });

  it('refuses a body without any content type with 415', async () => {
    // fetch puts one on by itself for strings, never for bytes.
    const raw = new Uint8Array(Buffer.from(JSON.stringify(good)));
    expectRefusal(await producer.ask('POST', '/jobs', { raw }), 415);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])('takes %s', async (type) => {
    const answer = await producer.ask('POST', '/jobs', {
      raw: JSON.stringify(good),
      headers: { 'content-type': type },
    });
    expectData(answer, 201);
  });

  it('takes a body just below 2 MiB and refuses one above it with 413', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ ...good, payload: { processing_job_id: 'x', padding: '' } });
      return JSON.stringify({
        ...good,
        payload: { processing_job_id: 'x', padding: 'a'.repeat(bytes - empty.length) },
      });
    };
    const limit = 2 * 1024 * 1024;
    expect(padded(limit)).toHaveLength(limit);
    expectData(await producer.ask('POST', '/jobs', { raw: padded(limit) }), 201);
    expectRefusal(await producer.ask('POST', '/jobs', { raw: padded(limit + 1) }), 413);
  });

  it('lets a client that is still sending read its 413', async () => {
    const raw = JSON.stringify({ padding: 'x'.repeat(10 * 1024 * 1024) });
    for (let n = 0; n < 8; n++) expectRefusal(await producer.ask('POST', '/jobs', { raw }), 413);
  });

  it('counts the bytes of a body that does not say its length', async () => {
    const status = await sendChunked(producer, 3 * 1024 * 1024);
    expect(status).toBe(413);
  });

  it('answers 413 for a length that is only announced', async () => {
    const status = await sendHead(api, 'POST', '/api/v1/jobs', {
      'content-length': '999999999999',
      authorization: `Bearer ${mint(api.secret, 'producer', 'outside')}`,
    });
    expect(status).toBe(413);
  });

  it('names every field that does not fit, at once', async () => {
    const answer = await producer.post('/jobs', { name: 7, payload: 'no', priority: 'high', maxAttempts: 0 });
    expectRefusal(answer, 422);
    expect(faultPaths(answer)).toEqual(expect.arrayContaining(['name', 'payload', 'priority', 'maxAttempts']));
    expect(answer.body.errors[0].message).toMatch(/expected/i);
  });

  it.each([null, [], 'text', 7, true])('refuses %j where an object is expected', async (body) => {
    expectRefusal(await producer.post('/jobs', body), 422);
  });

  it('tells an unknown queue in a body (422) from one in a path (404)', async () => {
    const answer = await producer.post('/jobs', { ...good, queue: 'no_such_queue' });
    expectRefusal(answer, 422);
    expect(faultPaths(answer)).toContain('queue');
    expectRefusal(await producer.get(`/jobs/no_such_queue/${randomUUID()}`), 404);
    expectRefusal(await producer.post(`/jobs/no_such_queue/${randomUUID()}/cancel`), 404);
    const worker = await createWorker(api, ['email']);
    expectRefusal(await worker.ask({ queues: ['no_such_queue'] }), 422);
    expectRefusal(await worker.caller.post('/workers/register', { ...registration, queues: ['no_such_queue'] }), 422);
  });

  it.each(['7', 'not-a-uuid', '%00', '%F0%9F%90%98', "'%20or%201=1", 'a'.repeat(4000)])(
    'answers the malformed job id %s with 404',
    async (id) => {
      expectRefusal(await producer.get(`/jobs/email/${id}`), 404);
      expectRefusal(await producer.post(`/jobs/email/${id}/cancel`), 404);
      expectRefusal(await producer.post(`/jobs/email/${id}/retry`), 404);
      const worker = await createWorker(api, ['email']);
      for (const verb of ['complete', 'release']) {
        expectRefusal(await worker.caller.post(`${worker.path}/${verb}/${id}`, { lease: 'x' }), 404);
      }
      expectRefusal(await worker.caller.post(`${worker.path}/fail/${id}`, { lease: 'x', error: { message: '' } }), 404);
    },
  );

  it('answers a path that is badly escaped without failing', async () => {
    for (const path of [
      '/api/v1/jobs/email/%FF',
      '/api/v1/jobs/email/%',
      '/api/v1/workers/%E0%A4%A/claim',
      '/%2e%2e/%2e%2e',
    ]) {
      expect([400, 401, 404]).toContain(await sendHead(api, 'GET', path, {}));
    }
  });

  it('answers only openapi.json, health and metrics without the envelope', async () => {
    const open = callerOf(api.url, undefined);
    expect((await open.get('/openapi.json')).body).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
    expect((await open.get(`${api.url}/health`)).body).not.toHaveProperty('success');
    expect((await open.get(`${api.url}/metrics`)).text).not.toMatch(/^\{/);
  });

  it('gives a claim that finds nothing no body at all', async () => {
    const worker = await createWorker(api, ['maintenance']);
    expect(await worker.ask()).toMatchObject({ status: 204, text: '' });
  });

  it('enqueues nothing from a request that it refused', async () => {
    const outside = createProducer(api);
    await outside.post('integrations', { payload: {} });
    await outside.post('integrations', { maxAttempts: 101 });
    const worker = await createWorker(api, ['integrations']);
    expect(await worker.claim()).toEqual([]);
  });
});

const registration = { hostname: 'h', pid: 1, version: '1', protocol: 1, queues: ['email'], concurrency: 1 };

/** The status of an answer to a head whose body never comes; a server that waits for it would hang here. */
function sendHead(target: Api, method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { port, host } = new URL(target.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      const lines = Object.entries({ host, 'content-type': 'application/json', ...headers });
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`);
    });
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${method} ${path} was not answered within 10 s`)));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1]));
    });
    socket.once('error', reject);
  });
}

async function sendChunked(caller: Caller, bytes: number): Promise<number> {
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  let left = bytes;
  const body = new ReadableStream({
    pull(controller) {
      if (left <= 0) controller.close();
      else controller.enqueue(chunk);
      left -= chunk.byteLength;
    },
  });
  return (await caller.ask('POST', '/jobs', { stream: body })).status;
}
