import { describe, expect, test } from 'vitest';
import { AI_PROVIDER_CIRCUIT } from '../../../src/contract/circuits.ts';
import { readJobsEnv } from '../../../src/jobs/index.ts';
import { data, failed, faultOf, scriptedBackend } from './support/scripted-backend.ts';

test('speaks as the seed’s client: name, bearer, JSON, query of GET and DELETE, body of the others', async () => {
  await using to = await scriptedBackend([data(1)]);
  const fields = { page: 2, name: 'a b&c', deep: { x: [1] }, none: undefined };
  await to.backend.get('accounts', fields);
  await to.backend.delete('/accounts/1', { hard: true });
  for (const verb of ['post', 'put', 'patch'] as const) await to.backend[verb]('accounts', fields);
  const sent = to.seen.map(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, 'http://any');
    return [method, pathname, Object.fromEntries(searchParams), body];
  });
  const body = '{"page":2,"name":"a b&c","deep":{"x":[1]}}';
  expect(sent).toEqual([
    ['GET', '/api/v1/accounts', { page: '2', name: 'a b&c', deep: '{"x":[1]}' }, ''],
    ['DELETE', '/api/v1/accounts/1', { hard: 'true' }, ''],
    ...['POST', 'PUT', 'PATCH'].map((method) => [method, '/api/v1/accounts', {}, body]),
  ]);
  for (const { headers } of to.seen) {
    expect(headers).toMatchObject({
      'user-agent': 'PowernodeWorker/1.0',
      authorization: 'Bearer service-token',
      accept: 'application/json',
      'content-type': 'application/json',
    });
  }
});

describe('the envelope is taken off in one place', () => {
  test.each([
    ['data', { success: true, data: { a: 1 } }, { a: 1 }],
    ['data that is null', { success: true, data: null }, null],
    ['no data', { success: true, message: 'done' }, { message: 'done' }],
    ['no envelope', [1, 2], [1, 2]],
    ['a blank body', '', {}],
  ])('%s', async (_, body, expected) => {
    await using to = await scriptedBackend([{ status: 200, body }]);
    expect(await to.backend.get('x')).toEqual(expected);
  });

  test('success: false under a status 200 is a failure all the same', async () => {
    await using to = await scriptedBackend([{ status: 200, body: { success: false, error: 'no such plan' } }]);
    expect(await faultOf(to.backend.post('x'))).toMatchObject({
      name: 'ApiError',
      message: 'no such plan',
      status: 200,
    });
  });

  test('a page of a proxy is not taken for an answer', async () => {
    await using to = await scriptedBackend([{ status: 200, body: '<html>' }], { mostRepeats: 0 });
    expect(await faultOf(to.backend.get('x'))).toMatchObject({
      status: 502,
      code: 'bad_answer',
      responseBody: '<html>',
    });
  });
});

/** Condition, words and status as the seed's error mapping has them. */
describe('answers become the seed’s errors', () => {
  test.each([
    [400, {}, 'Bad request'],
    [404, {}, 'Resource not found'],
    [422, '', 'Unprocessable entity'],
    [400, { error: 'wrong plan' }, 'wrong plan'],
    [404, { message: 'first', error: 'second', errors: ['third'] }, 'first'],
    [422, { error: 'second', errors: ['third'] }, 'second'],
    [422, { errors: { message: 'third' } }, 'third'],
    [422, { errors: ['fourth', 'fifth'] }, 'fourth'],
    [422, { errors: [{ path: 'a', message: 'fifth' }] }, 'fifth'],
    [422, { message: '', error: 7, errors: [] }, 'Unprocessable entity'],
    [401, { error: 'hidden' }, 'Service authentication failed (401)'],
    [403, { error: 'hidden' }, 'Service access forbidden (403)'],
    [500, { error: 'hidden' }, 'Backend server error'],
    [503, '', 'Backend server error'],
    [599, '<html>', 'Backend server error'],
    [429, { error: 'slow down' }, 'Unexpected response: 429'],
    [409, { error: 'hidden' }, 'Unexpected response: 409'],
    [302, '', 'Unexpected response: 302'],
  ])('%i %j', async (status, body, words) => {
    await using to = await scriptedBackend([failed(status, body, { location: 'http://127.0.0.1:1/' })], {
      mostRepeats: 0,
    });
    const error = await faultOf(to.backend.post('x'));
    expect(error).toMatchObject({ name: 'ApiError', message: words, status, outcomeUnknown: false });
    expect(error.responseBody).toEqual(body);
    expect(error.retryable).toBe([408, 429, 500, 502, 503, 504].includes(status));
  });

  test.each([
    ['seconds', '17', 17],
    ['a date', new Date(Date.now() + 90_000).toUTCString(), 90],
    ['a date that is past', new Date(0).toUTCString(), 0],
    ['nonsense', 'soon', undefined],
    ['a negative number', '-5', undefined],
  ])('Retry-After as %s', async (_, header, seconds) => {
    await using to = await scriptedBackend([failed(429, {}, { 'retry-after': header })]);
    const { retryAfterSeconds } = await faultOf(to.backend.get('x'));
    if (seconds === undefined) expect(retryAfterSeconds).toBeUndefined();
    else expect(Math.abs(retryAfterSeconds - seconds)).toBeLessThanOrEqual(2);
  });

  test('no answer in time is 408, and nobody knows whether it was done', async () => {
    await using to = await scriptedBackend(['hold'], { timeoutMs: 150 });
    const error = await faultOf(to.backend.post('x'));
    expect(error).toMatchObject({ status: 408, code: 'timeout', outcomeUnknown: true });
    expect(to.seen).toHaveLength(1);
  });

  test('no connection is 503', async () => {
    await using to = await scriptedBackend([], { mostRepeats: 0 });
    await to.stopListening();
    expect(await faultOf(to.backend.get('x'))).toMatchObject({ status: 503, code: 'no_answer' });
  });

  test('a call that its job gives up ends at once and counts against nobody', async () => {
    await using to = await scriptedBackend(['hold']);
    const job = new AbortController();
    const call = faultOf(to.backend.bound({ signal: job.signal }).get('x'));
    setTimeout(() => job.abort(), 50);
    expect(await call).toMatchObject({ status: undefined, code: 'aborted' });
    expect(to.circuits.statuses()).toMatchObject([{ name: 'backend_api', failures: 0 }]);
  });
});

test('a thousand calls share at most 64 connections, which are kept alive', async () => {
  await using to = await scriptedBackend([data('fine')]);
  for (let wave = 0; wave < 4; wave += 1) {
    await Promise.all(Array.from({ length: 250 }, () => to.backend.get('x')));
  }
  expect(to.seen).toHaveLength(1_000);
  expect(to.connections()).toBeLessThanOrEqual(64);
});

test.each([
  '../admin',
  'a/../../b',
  'a/%2e%2e/b',
  'a//b',
  'http://elsewhere/x',
  'a?b=1',
  'a#b',
  'a b',
  'a\\b',
  'a\nb',
  '',
])('a value that would leave its path is refused before anything is sent: %j', async (path) => {
  await using to = await scriptedBackend([data(1)]);
  await expect(to.backend.get(path)).rejects.toThrow('expected a path below /api/v1');
  expect(to.seen).toEqual([]);
});

test('an answer of any size does not fill the memory', async () => {
  await using to = await scriptedBackend([{ status: 200, body: 'x'.repeat(17 * 1024 * 1024) }], { mostRepeats: 0 });
  expect(await faultOf(to.backend.get('x'))).toMatchObject({
    name: 'ApiError',
    message: expect.stringContaining('at most'),
  });
});

test('15 failures open the circuit: calls are then refused as 503 without being made, until one probe succeeds', async () => {
  await using to = await scriptedBackend((_, nth) => (nth <= 15 ? failed(500) : data('back')));
  for (let call = 0; call < 15; call += 1) await faultOf(to.backend.post('x'));
  const refused = await faultOf(to.backend.post('x'));
  expect(refused).toMatchObject({ status: 503, code: 'circuit_open', retryAfterSeconds: 60 });
  expect(refused.message).toMatch(/temporarily unavailable/);
  expect(refused.cause).toMatchObject({ name: 'CircuitOpen', circuit: 'backend_api' });
  expect(to.seen).toHaveLength(15);
  to.clock.nowMs += 60_000;
  expect(await to.backend.post('x')).toBe('back');
});

test('the older client has its own name, words and no circuit', async () => {
  await using to = await scriptedBackend([failed(422, { error: 'no plan' }), failed(500), data([])]);
  expect(await faultOf(to.api.post('x'))).toMatchObject({ message: 'API request failed: 422 - no plan', status: 422 });
  expect(await faultOf(to.api.get('x'))).toMatchObject({ message: 'API request failed: 500 - no detail', status: 500 });
  await to.api.dueReports();
  await to.api.writeAuditLog({ action: 'a', source: 'forged' });
  await to.api.account('a/../b');
  expect(to.seen.slice(2).map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /api/v1/reports/scheduled?due=true',
    'POST /api/v1/audit_logs',
    'GET /api/v1/internal/accounts/a%2F..%2Fb',
  ]);
  expect(JSON.parse(to.seen[3]!.body)).toEqual({ action: 'a', source: 'background_job' });
  expect(to.seen[0]!.headers['user-agent']).toBe('PowernodeWorkerAgent/1.0');
  expect('patch' in to.api).toBe(false);
  expect(to.circuits.statuses()).toMatchObject([{ name: 'backend_api', failures: 0 }]);
  await to.stopListening();
  expect((await faultOf(to.api.get('x'))).message).toMatch(/^Network error: /);
});

test('the defaults are the seed’s: 120 s for a call, 3 repeats, 600 s for a provider', () => {
  expect(readJobsEnv({})).toMatchObject({ apiTimeoutMs: 120_000, mostRepeats: 3 });
  expect(readJobsEnv({ API_TIMEOUT: '5', MAX_RETRY_ATTEMPTS: '0' })).toMatchObject({
    apiTimeoutMs: 5_000,
    mostRepeats: 0,
  });
  expect(AI_PROVIDER_CIRCUIT.timeoutMs).toBe(600_000);
});
