import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, keyedJobId, newJobId, toInsert } from '../../../src/api-bridge/queue/new-job.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids of new jobs', () => {
  it('grow in the order in which they were asked for, also thousands within a millisecond and when the clock steps back', () => {
    const at = Date.now();
    const ids = [
      ...Array.from({ length: 10_000 }, () => newJobId(at)),
      ...Array.from({ length: 100 }, () => newJobId(at - 5_000)),
      newJobId(at + 60_000),
    ];
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids.slice(0, 50)) expect(id).toMatch(UUID);
  });

  it('named by an idempotency key are the same for the same producer, queue and key only', () => {
    const id = keyedJobId('shop', 'email', 'order-1');
    expect(id).toMatch(UUID);
    expect(keyedJobId('shop', 'email', 'order-1')).toBe(id);
    for (const other of [
      keyedJobId('shop2', 'email', 'order-1'),
      keyedJobId('shop', 'default', 'order-1'),
      keyedJobId('shop', 'email', 'order-2'),
      // Parts must not run into each other.
      keyedJobId('shop","email', 'x', 'order-1'),
    ]) {
      expect(other).not.toBe(id);
    }
  });
});

describe('the fingerprint of a body', () => {
  it('does not depend on the order of keys, and on everything else', () => {
    expect(fingerprint({ a: 1, b: { c: [1, 2], d: null } })).toBe(fingerprint({ b: { d: null, c: [1, 2] }, a: 1 }));
    expect(fingerprint({ a: [1, 2] })).not.toBe(fingerprint({ a: [2, 1] }));
    expect(fingerprint({ a: '1' })).not.toBe(fingerprint({ a: 1 }));
  });

  it('is stable for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => fingerprint(value) === fingerprint(JSON.parse(JSON.stringify(value)))),
    );
  });
});

describe('the row of a new job', () => {
  it('counts retries where we count attempts, and gives the claim a ceiling above the time-out', () => {
    const job = {
      id: newJobId(),
      queue: 'email',
      envelope: { name: 'x' },
      declaration: { maxAttempts: 4, timeoutSeconds: 300 },
    };
    expect(toInsert(job)).toMatchObject({ retryLimit: 3, expireInSeconds: 360 });
    expect(toInsert({ ...job, maxAttempts: 1 })).toMatchObject({ retryLimit: 0 });
    expect(toInsert({ ...job, declaration: { maxAttempts: 1, timeoutSeconds: 86_400 } }).expireInSeconds).toBe(86_400);
  });
});
