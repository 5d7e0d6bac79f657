import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AttemptRef } from '../../../src/api-bridge/auth/principal.ts';
import { createSealer } from '../../../src/api-bridge/auth/sealer.ts';

const OLD = 'the secret before the rotation, long enough';
const NEW = 'the secret after the rotation, long enough too';
const HOURS_MS = 3600_000;
const ref: AttemptRef = {
  queue: 'default',
  jobId: randomUUID(),
  retryCount: 0,
  workerId: 'w1',
  attempt: 1,
  claimedAtMs: 1,
  name: 'files.thumbnail',
};

test.each(['lease', 'attempt'] as const)(
  'a %s sealed before the rotation opens for 24 h after it, and no longer',
  (kind) => {
    const clock = { nowMs: 0 };
    const sealed = createSealer({ current: OLD }).seal(kind, ref);
    const secrets = { current: NEW, previous: OLD, previousUntil: new Date(24 * HOURS_MS) };
    const sealer = createSealer(secrets, () => clock.nowMs);
    for (const nowMs of [0, HOURS_MS, 24 * HOURS_MS - 1]) {
      clock.nowMs = nowMs;
      expect(sealer.open(kind, sealed)).toEqual(ref);
    }
    clock.nowMs = 24 * HOURS_MS;
    expect(sealer.open(kind, sealed)).toBeUndefined();
    expect(sealer.open(kind, sealer.seal(kind, ref))).toEqual(ref);
  },
);

test('after a rotation everything is sealed with the new secret', () => {
  const rotated = createSealer({ current: NEW, previous: OLD });
  expect(createSealer({ current: NEW }).open('lease', rotated.seal('lease', ref))).toEqual(ref);
  expect(createSealer({ current: OLD }).open('lease', rotated.seal('lease', ref))).toBeUndefined();
});

test('without a time of rotation the previous secret holds for as long as it is configured', () => {
  const sealed = createSealer({ current: OLD }).seal('lease', ref);
  const sealer = createSealer({ current: NEW, previous: OLD }, () => 365 * 24 * HOURS_MS);
  expect(sealer.open('lease', sealed)).toEqual(ref);
});

test.each(['', 'pnl_', 'pnl_x', 'pnl_x.y', 'pnl_e30.AAAAAAAAAAAAAAAAAAAAAA', 'pnl_a.b.c', 'pna_x.y'])(
  'garbage opens nothing: %j',
  (garbage) => {
    expect(createSealer({ current: NEW, previous: OLD }).open('lease', garbage)).toBeUndefined();
  },
);
