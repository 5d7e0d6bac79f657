import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelaySeconds } from '../../../src/api-bridge/queue/retry-delay.ts';

const standard = { kind: 'standard' } as const;
const apiError = { message: 'the backend answered 503', name: 'BridgeCallError' };
const other = { message: 'the disk is full', name: 'Error' };

describe('the delay before the next attempt', () => {
  // The seed's table is 30, 60, 180; its own code indexes it wrongly and runs 180, 30, 60.
  it.each([
    [1, 30],
    [2, 60],
    [3, 180],
    [4, 300],
    [5, 300],
  ])('after an API error in attempt %i is %i s', (attempt, seconds) => {
    expect(retryDelaySeconds(standard, attempt, apiError)).toBe(seconds);
  });

  // count⁴ + 15 + rand × (count + 1), the seed's own examples.
  it.each([
    [1, 0, 16],
    [2, 0, 31],
    [1, 15, 46],
  ])('after another error in attempt %i with jitter %i is %i s', (attempt, jitter, seconds) => {
    expect(retryDelaySeconds(standard, attempt, other, () => jitter / 30)).toBe(seconds);
  });

  it('never leaves its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (attempt, random) => {
          const seconds = retryDelaySeconds(standard, attempt, other, () => random) ?? -1;
          expect(seconds).toBeGreaterThanOrEqual(attempt ** 4 + 15);
          expect(seconds).toBeLessThanOrEqual(attempt ** 4 + 15 + 29 * (attempt + 1));
        },
      ),
    );
  });

  it('does not exist where the definition says never', () => {
    expect(retryDelaySeconds({ kind: 'none' }, 1, apiError)).toBeUndefined();
  });
});
