import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, CALM_BACKOFF } from '../../src/process/backoff.ts';

const policy = fc.record({
  firstMs: fc.integer({ min: 1, max: 10_000 }),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
  maxMs: fc.integer({ min: 1, max: 600_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const chance = fc.double({ min: 0, max: 1, noNaN: true });

test('no delay is ever above its limit, below what jitter allows, or no number, however late the retry', () => {
  fc.assert(
    fc.property(policy, fc.integer({ min: -5, max: 100_000 }), chance, (settings, retry, random) => {
      const delay = backoffMs(settings, retry, () => random);
      const full = backoffMs({ ...settings, jitter: 0 }, retry);
      expect(full).toBeLessThanOrEqual(settings.maxMs);
      expect(delay).toBeLessThanOrEqual(full);
      expect(delay).toBeGreaterThanOrEqual(full * (1 - settings.jitter) - 1e-6);
    }),
  );
});

test('without jitter a later retry never waits for less', () => {
  fc.assert(
    fc.property(policy, fc.nat(200), (settings, retry) => {
      const calm = { ...settings, jitter: 0 };
      expect(backoffMs(calm, retry + 1)).toBeGreaterThanOrEqual(backoffMs(calm, retry));
    }),
  );
});

test('the calm backoff doubles from 100 ms up to 5 s', () => {
  const delays = [1, 2, 3, 6, 7, 1_000].map((retry) => backoffMs(CALM_BACKOFF, retry, () => 0));
  expect(delays).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
});
