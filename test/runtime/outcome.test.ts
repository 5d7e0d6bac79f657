import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcome } from '../../src/contract/settlement.ts';
import { BadInput, JobError, NonRetryable, Release, RetryAfter } from '../../src/jobs/index.ts';
import { BridgeCallError } from '../../src/process/bridge-error.ts';
import { CircuitOpen } from '../../src/process/circuit-open.ts';
import { Interruption, type InterruptionKind } from '../../src/runtime/interruption.ts';
import { endOfInterruption, outcomeOfFault } from '../../src/runtime/outcome.ts';

const apiError = (retryAfterSeconds?: number) =>
  new BridgeCallError('the bridge answered 503', { status: 503, code: 'unavailable', retryAfterSeconds });

test('an API error is tried again after 30, 60, 180, then 300 s, and never sooner than the API asked for', () => {
  const delays = [1, 2, 3, 4, 50].map((attempt) => outcomeOfFault(apiError(), attempt));
  expect(delays.map((each) => each.type === 'failed' && each.retryInSeconds)).toEqual([30, 60, 180, 300, 300]);
  expect(outcomeOfFault(apiError(45), 1)).toMatchObject({ retryInSeconds: 45 });
  expect(outcomeOfFault(apiError(5), 1)).toMatchObject({ retryInSeconds: 30 });
  expect(outcomeOfFault(apiError(1e12), 1)).toMatchObject({ retryInSeconds: 366 * 24 * 3600 });
});

test('a job that is never retried is not retried because of the API either, unless its handler asks', () => {
  expect(outcomeOfFault(apiError(45), 1, 'none')).not.toHaveProperty('retryInSeconds');
  expect(outcomeOfFault(new RetryAfter(7, 'soon'), 1, 'none')).toMatchObject({ retryInSeconds: 7 });
});

test('an API error is known for one also when a handler wrapped it in words of its own', () => {
  const wrapped = new JobError('the file could not be stored', { code: 'store_failed', cause: apiError() });
  expect(outcomeOfFault(wrapped, 2)).toMatchObject({ error: { code: 'store_failed' }, retryInSeconds: 60 });
});

test('an open circuit burns no attempt: the job waits for the next probe, spread so that not all come back at once', () => {
  const open = new CircuitOpen('backend_api', 42_000);
  const refused = new BridgeCallError(open.message, { status: 503, code: 'circuit_open', cause: open });
  const wrapped = new JobError('the file could not be stored', { cause: refused });
  for (const thrown of [open, refused, wrapped]) {
    for (const policy of ['standard', 'none'] as const) {
      const ends = [0, 0.5, 1].map((chance) => outcomeOfFault(thrown, 1, policy, () => chance));
      expect(ends.map((end) => end.type === 'released' && end.delaySeconds)).toEqual([42, 47, 52]);
    }
  }
  expect(outcomeOfFault(open, 1)).toMatchObject({ reason: expect.stringContaining('backend_api is open') });
  expect(outcomeOfFault(new CircuitOpen('c', 5_000), 1, 'standard', () => 1)).toMatchObject({ delaySeconds: 6.25 });
});

test('a handler that says what an open circuit means for its job is obeyed', () => {
  const open = new CircuitOpen('backend_api', 42_000);
  expect(outcomeOfFault(new NonRetryable('now or never', { cause: open }), 1)).toMatchObject({ retry: false });
  expect(outcomeOfFault(new RetryAfter(7, 'soon', { cause: open }), 1)).toMatchObject({ retryInSeconds: 7 });
});

test('a circle of causes is not followed for ever', () => {
  const first = new Error('a');
  const second = new Error('b', { cause: first });
  first.cause = second;
  expect(outcomeOfFault(first, 1)).toEqual({ type: 'failed', error: expect.objectContaining({ message: 'a' }) });
});

test('any other error leaves the delay to the API, which knows the policy of the job', () => {
  expect(outcomeOfFault(new Error('no'), 1)).not.toHaveProperty('retryInSeconds');
  expect(outcomeOfFault(new Error('no'), 1)).not.toHaveProperty('retry');
});

test('what a handler throws to steer is obeyed', () => {
  expect(outcomeOfFault(new NonRetryable('never'), 1)).toMatchObject({ type: 'failed', retry: false });
  expect(outcomeOfFault(new BadInput('damaged_input', 'broken'), 1)).toMatchObject({
    retry: false,
    error: { code: 'damaged_input', message: 'broken', name: 'BadInput' },
  });
  expect(outcomeOfFault(new RetryAfter(7, 'soon'), 1)).toMatchObject({ type: 'failed', retryInSeconds: 7 });
  expect(outcomeOfFault(new RetryAfter(Number.NaN, 'soon'), 1)).toMatchObject({ retryInSeconds: 0 });
  expect(outcomeOfFault(new Release('not now', 9), 1)).toEqual({
    type: 'released',
    reason: 'not now',
    delaySeconds: 9,
  });
});

test('only what is still ours is settled after an interruption', () => {
  const types = (['timeout', 'cancelled', 'lost', 'lapsed', 'shutdown', 'waited'] satisfies InterruptionKind[]).map(
    (kind) => endOfInterruption(new Interruption(kind)).type,
  );
  expect(types).toEqual(['failed', 'dropped', 'dropped', 'released', 'released', 'released']);
});

test('whatever is thrown becomes an outcome that the wire accepts', () => {
  const hostile = [
    undefined,
    null,
    'text\u0000with NUL and \uD800',
    42n,
    Symbol('s'),
    () => 1,
    Object.create(null),
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    ),
    Object.assign(new Error('x'.repeat(100_000)), { stack: 'y'.repeat(200_000), code: 'z'.repeat(9_000) }),
    Object.assign(new Error(), { message: { not: 'text' }, code: 7 }),
  ];
  for (const thrown of hostile) expect(outcome.safeParse(outcomeOfFault(thrown, 1)).success).toBe(true);
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true }),
      fc.string({ unit: 'binary' }),
      (thing, words) => {
        expect(outcome.safeParse(outcomeOfFault(thing, 1)).success).toBe(true);
        expect(outcome.safeParse(outcomeOfFault(new Release(words), 1)).success).toBe(true);
        const error = Object.assign(new Error(words), { code: words, name: words });
        expect(outcome.safeParse(outcomeOfFault(error, 1)).success).toBe(true);
      },
    ),
  );
});
