import { describe, expect, test } from 'vitest';
import { apiRetry, type ApiRetryOptions } from '../../../src/jobs/clients/api-retry.ts';
import { BridgeCallError } from '../../../src/process/bridge-error.ts';
import { data, failed, faultOf, scriptedBackend } from './support/scripted-backend.ts';

/** Notes the pauses instead of waiting for them. */
function noted(options: ApiRetryOptions = {}) {
  const pauses: number[] = [];
  const lines: string[] = [];
  const note = (level: string) => () => void lines.push(level);
  const log: any = { warn: note('warn'), error: note('error') };
  const sleep = async (ms: number) => void pauses.push(ms);
  return { pauses, lines, retried: apiRetry({ sleep, log, ...options }) };
}

test('three tries, after 2 and 4 s, with a warning for each and an error at the end (seed: with_api_retry)', async () => {
  await using to = await scriptedBackend([failed(500)]);
  const { retried, pauses, lines } = noted({ maxAttempts: 3 });
  expect(await faultOf(retried(() => to.backend.post('x')))).toMatchObject({ status: 500 });
  expect([to.seen.length, pauses, lines]).toEqual([3, [2_000, 4_000], ['warn', 'warn', 'error']]);
});

describe('a POST is tried again', () => {
  test.each([
    [408, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [409, false],
    [422, false],
    [501, false],
  ])('after %i: %s', async (status, again) => {
    await using to = await scriptedBackend([failed(status), data('back')]);
    const { retried, pauses } = noted();
    const call = retried(() => to.backend.post('x'));
    if (again) expect(await call).toBe('back');
    else expect(await faultOf(call)).toMatchObject({ status });
    expect(pauses).toEqual(again ? [2_000] : []);
  });
});

test('the two layers never multiply: what the transport has repeated passes straight through', async () => {
  await using to = await scriptedBackend([failed(503)]);
  const { retried, pauses } = noted();
  expect(await faultOf(retried(() => to.backend.get('x')))).toMatchObject({ status: 503, repeats: 3 });
  expect([to.seen.length, pauses]).toEqual([4, []]);
});

test('whatever a backend answers, one call never becomes more than six', async () => {
  await using to = await scriptedBackend([failed(500), failed(429), failed(503)]);
  const { retried } = noted();
  await faultOf(retried(() => to.backend.get('x')));
  expect(to.seen).toHaveLength(6);
});

test('Retry-After is waited for, unless a slot would sleep for longer than 30 s', async () => {
  await using to = await scriptedBackend([
    failed(429, {}, { 'retry-after': '11' }),
    failed(429, {}, { 'retry-after': '31' }),
  ]);
  const { retried, pauses } = noted();
  expect(await faultOf(retried(() => to.backend.post('x')))).toMatchObject({ retryAfterSeconds: 31 });
  expect([to.seen.length, pauses]).toEqual([2, [11_000]]);
});

test('an open circuit is not waited for: the job goes back and leaves its slot to others', async () => {
  await using to = await scriptedBackend([failed(500)]);
  for (let call = 0; call < 15; call += 1) await faultOf(to.backend.post('x'));
  const { retried, pauses } = noted();
  expect(await faultOf(retried(() => to.backend.post('x')))).toMatchObject({ code: 'circuit_open' });
  expect(pauses).toEqual([]);
});

test.each([
  ['a defect', new TypeError('x')],
  [
    'the data plane’s own client, which repeats by itself',
    new BridgeCallError('no', { status: 500, code: 'internal' }),
  ],
  ['no answer of which nobody knows a status', new BridgeCallError('no', { code: 'no_answer' })],
])('%s passes straight through', async (_, thrown) => {
  const { retried, pauses } = noted();
  expect(await faultOf(retried(() => Promise.reject(thrown)))).toBe(thrown);
  expect(pauses).toEqual([]);
});

test('a job that is stopped meanwhile is not tried again', async () => {
  await using to = await scriptedBackend([failed(500)]);
  const job = new AbortController();
  const { retried } = noted({ signal: job.signal, sleep: async () => job.abort() });
  await faultOf(retried(() => to.backend.post('x')));
  expect(to.seen).toHaveLength(1);
});
