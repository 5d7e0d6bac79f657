import { describe, expect, it } from 'vitest';
import { createExecutionCounts } from '../../../../src/api-bridge/queue/guards/execution-counts.ts';
import { RUNAWAY_DEFAULTS } from '../../../../src/contract/catalogue/runaway.ts';

const SECOND = 1_000;

function counting() {
  const clock = { ms: 0 };
  return { clock, counts: createExecutionCounts(() => clock.ms) };
}

describe('the numbers of the guard', () => {
  it.each([
    ['executions let through within 60 s: RUNAWAY_LOOP_THRESHOLD of the base job', RUNAWAY_DEFAULTS.perMinute, 5],
    ['executions within 300 s that delay a run: its RUNAWAY_LOOP_WARN_THRESHOLD', RUNAWAY_DEFAULTS.perFiveMinutes, 15],
    ['seconds that a key stays disabled: TTL of job_disabled:{key}', RUNAWAY_DEFAULTS.banSeconds, 300],
    ['seconds that a run is delayed: the sleep of the soft limit', RUNAWAY_DEFAULTS.delaySeconds, 5],
  ])('%s', (_source, got, wanted) => expect(got).toBe(wanted));
});

describe('execution counts', () => {
  it('count from the second execution on, the first included, over the last minute and the last five', () => {
    const { clock, counts } = counting();
    counts.executed('k');
    expect(counts.lately('k')).toBeUndefined();
    clock.ms = 20 * SECOND;
    counts.executed('k');
    expect(counts.lately('k')).toEqual({ minute: 2, fiveMinutes: 2 });
    clock.ms = 61 * SECOND;
    expect(counts.lately('k')).toEqual({ minute: 1, fiveMinutes: 2 });
    clock.ms = 301 * SECOND;
    expect(counts.lately('k')).toEqual({ minute: 0, fiveMinutes: 1 });
  });

  it('keep keys apart, and the last 21 executions of each', () => {
    const { counts } = counting();
    for (let n = 0; n < 50; n += 1) counts.executed('often');
    counts.executed('once');
    expect(counts.lately('often')).toEqual({ minute: 21, fiveMinutes: 21 });
    expect(counts.lately('once')).toBeUndefined();
  });

  it('hold a bounded number of keys, whatever comes', () => {
    const { clock, counts } = counting();
    for (let n = 0; n < 350_000; n += 1) counts.executed(`k${String(n)}`);
    expect(counts.size()).toBeLessThanOrEqual(200_000);
    for (let n = 0; n < 1_000; n += 1) counts.executed('again');
    clock.ms = 301 * SECOND;
    counts.prune();
    counts.executed('a');
    expect(counts.lately('again')).toBeUndefined();
  });

  it('give out once what came again, for the other replicas, and add what those counted', () => {
    const { clock, counts } = counting();
    counts.executed('k');
    counts.executed('once');
    clock.ms = 1 * SECOND;
    counts.executed('k');
    expect(counts.takeUnshared()).toEqual([
      { key: 'k', atMs: 0 },
      { key: 'k', atMs: 1 * SECOND },
    ]);
    expect(counts.takeUnshared()).toEqual([]);
    counts.heard([{ key: 'k', atMs: 500 }]);
    counts.heard([{ key: 'new', atMs: 500 }]);
    expect(counts.lately('k')?.minute).toBe(3);
    expect(counts.lately('new')?.minute).toBe(1);
    counts.forget('k');
    expect(counts.lately('k')).toBeUndefined();
  });
});
