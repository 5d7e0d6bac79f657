import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ON_TIME_MS, planRuns } from '../../../src/api-bridge/schedules/plan-runs.ts';
import { jitterOf } from '../../../src/api-bridge/schedules/run-job.ts';
import { parseCron } from '../../../src/contract/schedules/cron.ts';
import { nextRun, nextRuns } from '../../../src/contract/schedules/next-run.ts';

const terms = fc.record({
  cron: fc.constantFrom('* * * * *', '*/7 * * * *', '30 2 * * *', '0 0 1 * *', '0 1,2,3 * * SUN'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
  payload: fc.constant({}),
  missed: fc.constantFrom('skip' as const, 'once' as const, 'all' as const),
  missedWindowSeconds: fc.integer({ min: 0, max: 7 * 24 * 3600 }),
  overlap: fc.constant('allow' as const),
  jitterSeconds: fc.constant(0),
});

it('each run that is due is either fired or missed, in order, none twice, and the next one lies ahead', () => {
  const start = Date.parse('2026-10-20T00:00:00Z');
  const within = fc.integer({ min: 0, max: 7 * 24 * 3_600_000 - 1 });
  fc.assert(
    fc.property(terms, within, within, (plan, after, awayMs) => {
      const dueMs = nextRun(parseCron(plan.cron), plan.timeZone, start + after) ?? 0;
      const nowMs = dueMs + awayMs;
      const { fire, missed, nextRunAtMs } = planRuns(plan, dueMs, nowMs);
      const all = [...fire, ...missed].sort((a, b) => a - b);
      const expected = nextRuns(parseCron(plan.cron), plan.timeZone, dueMs - 1, all.length + 1);
      expect(all).toEqual(expected.slice(0, -1));
      expect(nextRunAtMs).toBe(expected.at(-1));
      expect(nextRunAtMs).toBeGreaterThan(nowMs);
      expect(fire).toEqual(fire.toSorted((a, b) => a - b));
      const late = fire.filter((run) => nowMs - run > ON_TIME_MS);
      for (const run of late) expect(nowMs - run).toBeLessThanOrEqual(plan.missedWindowSeconds * 1000);
      for (const run of missed) expect(nowMs - run).toBeGreaterThan(ON_TIME_MS);
      if (plan.missed === 'skip') expect(late).toEqual([]);
      if (plan.missed === 'once') expect(late.length).toBeLessThanOrEqual(fire.length > late.length ? 0 : 1);
    }),
    { numRuns: 200 },
  );
});

it('jitter stays within its bounds, reaches both halves, and is the same for the same run', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0 }), fc.integer({ min: 0, max: 3600 }), (name, fireMs, seconds) => {
      const jitterMs = jitterOf(name, fireMs, seconds);
      expect(jitterMs).toBeGreaterThanOrEqual(0);
      expect(jitterMs).toBeLessThanOrEqual(seconds * 1000);
      expect(jitterOf(name, fireMs, seconds)).toBe(jitterMs);
    }),
  );
  const many = Array.from({ length: 1000 }, (_, index) => jitterOf('one', index * 60_000, 60));
  expect(many.filter((ms) => ms < 30_000).length).toBeGreaterThan(400);
  expect(many.filter((ms) => ms >= 30_000).length).toBeGreaterThan(400);
});
