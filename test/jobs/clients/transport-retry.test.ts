import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transportPauseMs } from '../../../src/jobs/clients/transport-retry.ts';
import { data, failed, faultOf, scriptedBackend } from './support/scripted-backend.ts';

test('pauses are 0.5, 1 and 2 s, each longer by at most a half (seed: 0.5 s, × 2, randomness 0.5)', () => {
  expect([1, 2, 3].map((repeat) => transportPauseMs(repeat, () => 0))).toEqual([500, 1_000, 2_000]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), (repeat, chance) => {
      const pause = transportPauseMs(repeat, () => chance);
      expect(pause).toBeGreaterThanOrEqual(500 * 2 ** (repeat - 1));
      expect(pause).toBeLessThanOrEqual(1.5 * 500 * 2 ** (repeat - 1));
    }),
  );
});

describe('what is repeated at once', () => {
  const away = [502, 503, 504];
  const verbs = ['get', 'put', 'delete', 'post', 'patch'] as const;
  const idempotent = (verb: string) => ['get', 'put', 'delete'].includes(verb);

  test.concurrent.each(verbs.flatMap((verb) => away.map((status) => [verb, status] as const)))(
    '%s after %i, exactly when doing it twice is harmless',
    async (verb, status) => {
      await using to = await scriptedBackend([failed(status), data('back')]);
      if (idempotent(verb)) expect(await to.backend[verb]('x')).toBe('back');
      else expect(await faultOf(to.backend[verb]('x'))).toMatchObject({ status, repeats: 0 });
      expect(to.seen).toHaveLength(idempotent(verb) ? 2 : 1);
    },
  );

  test.concurrent.each(verbs)('%s over a connection that was cut', async (verb) => {
    await using to = await scriptedBackend(['cut', data('back')]);
    if (idempotent(verb)) expect(await to.backend[verb]('x')).toBe('back');
    else expect(await faultOf(to.backend[verb]('x'))).toMatchObject({ status: 503, outcomeUnknown: true });
    expect(to.seen).toHaveLength(idempotent(verb) ? 2 : 1);
  });

  test.concurrent.each(['post', 'patch'] as const)(
    '%s with an Idempotency-Key, which the backend does once',
    async (verb) => {
      await using to = await scriptedBackend(['cut', failed(503), data('back')]);
      expect(await to.backend[verb]('x', {}, { idempotencyKey: 'k1' })).toBe('back');
      expect(to.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1']);
    },
  );

  test.concurrent.each([400, 401, 403, 404, 408, 409, 422, 429, 500])('never %i', async (status) => {
    await using to = await scriptedBackend([failed(status), data('back')]);
    expect(await faultOf(to.backend.get('x'))).toMatchObject({ status, repeats: 0 });
    expect(to.seen).toHaveLength(1);
  });

  test.concurrent('three times and no more (seed: MAX_RETRY_ATTEMPTS 3)', async () => {
    await using to = await scriptedBackend([failed(503)]);
    expect(await faultOf(to.backend.get('x'))).toMatchObject({ status: 503, repeats: 3 });
    expect(to.seen).toHaveLength(4);
    expect(to.circuits.statuses()).toMatchObject([{ failures: 1 }]);
  });

  test.concurrent('a POST, when no connection was made: it surely was not done', async () => {
    await using to = await scriptedBackend([]);
    await to.stopListening();
    expect(await faultOf(to.backend.post('x'))).toMatchObject({ status: 503, code: 'no_answer', repeats: 3 });
  });

  test.concurrent('nothing that asks for a longer pause than a slot should sleep', async () => {
    await using to = await scriptedBackend([failed(503, {}, { 'retry-after': '6' }), data('back')]);
    expect(await faultOf(to.backend.get('x'))).toMatchObject({ retryAfterSeconds: 6, repeats: 0 });
  });

  test.concurrent('what asks for a short pause, after that pause', async () => {
    await using to = await scriptedBackend([failed(503, {}, { 'retry-after': '1' }), data('back')]);
    const startedAt = performance.now();
    expect(await to.backend.get('x')).toBe('back');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  test.concurrent('nothing once the time for the whole call is over', async () => {
    await using to = await scriptedBackend([failed(503)], { timeoutMs: 700 });
    await faultOf(to.backend.get('x'));
    expect(to.seen.length).toBeLessThanOrEqual(2);
  });
});
