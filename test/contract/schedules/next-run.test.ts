import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../src/contract/schedules/cron.ts';
import { nextRun, nextRuns } from '../../../src/contract/schedules/next-run.ts';
import { firesBetween } from './wall-oracle.ts';

const DAY_MS = 24 * 3_600_000;

/** Zones and a day near each change of their clocks: by an hour, by half of one, by a day, at midnight, around the poles. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2027-03-14'],
  ['America/New_York', '2027-11-07'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['Australia/Lord_Howe', '2027-04-03'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2019-02-17'],
  ['Pacific/Apia', '2011-12-30'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Africa/Casablanca', '2026-03-22'],
  ['America/St_Johns', '2011-03-13'],
  ['America/St_Johns', '2010-11-07'],
  ['Asia/Beirut', '2026-03-29'],
  ['Africa/Cairo', '2026-10-30'],
  ['Antarctica/Troll', '2026-03-29'],
  ['Asia/Kathmandu', '2026-06-01'],
  ['UTC', '2026-06-01'],
];

const number = (least: number, most: number) => fc.integer({ min: least, max: most });
/** One field: `*`, a number, a list, a range or a step; the first is by far the most common in life. */
const field = (least: number, most: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: number(least, most).map(String) },
    number(2, Math.max(2, Math.floor(most / 2))).map((step) => `*/${step}`),
    fc.tuple(number(least, most), number(least, most)).map((pair) => pair.toSorted((a, b) => a - b).join('-')),
    fc.tuple(number(least, most), number(least, most), number(least, most)).map((list) => list.join(',')),
    fc.tuple(number(least, most), number(1, most)).map(([from, step]) => `${from}/${step}`),
  );
const expressions = fc
  .tuple(field(0, 59), field(0, 4), field(1, 28), fc.constant('*'), field(0, 7))
  .map((fields) => fields.join(' '));

describe('the next run', () => {
  it('is what looking at every minute finds, wherever and however the clocks are moved', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANGES), expressions, ([zone, day], expression) => {
        const fromMs = Date.parse(`${day}T00:00:00Z`) - 1.5 * DAY_MS;
        const toMs = fromMs + 3 * DAY_MS;
        const cron = parseCron(expression);
        const found: number[] = [];
        for (let at = nextRun(cron, zone, fromMs); at !== undefined && at <= toMs; at = nextRun(cron, zone, at)) {
          found.push(at);
        }
        expect(found.map(iso)).toEqual(firesBetween(expression, zone, fromMs, toMs).map(iso));
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the instant that one asks from', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANGES), expressions, number(0, 2 * DAY_MS), ([zone, day], expression, after) => {
        const fromMs = Date.parse(`${day}T00:00:00Z`) - DAY_MS + after;
        const cron = parseCron(expression);
        const direct = nextRun(cron, zone, fromMs);
        let walked = nextRun(cron, zone, fromMs - DAY_MS);
        while (walked !== undefined && walked <= fromMs) walked = nextRun(cron, zone, walked);
        expect(direct).toBe(walked);
      }),
      { numRuns: 500 },
    );
  });

  it('of a time that is skipped in spring is the first instant after the gap, once', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(runs('0,30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ]);
    expect(runs('0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ]);
    expect(runs('0 12 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', 2)).toEqual([
      '2011-12-30T10:00',
      '2012-12-29T22:00',
    ]);
  });

  it('of a time that comes twice in autumn is the first one only, and of an interval both', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(runs('30 * * * *', 'Europe/Berlin', '2026-10-24T23:50Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
    expect(runs('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 4)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
    ]);
  });

  it('of an interval skips the hour that does not exist', () => {
    expect(runs('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:20Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ]);
  });

  it('of 29 February is found over a century that has none, and quickly', () => {
    expect(runs('0 0 29 2 *', 'Europe/Berlin', '2097-01-01T00:00Z', 1)).toEqual(['2104-02-28T23:00']);
    const startedMs = performance.now();
    nextRuns(parseCron('0 0 29 2 *'), 'America/New_York', Date.parse('2026-01-01T00:00Z'), 20);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

const iso = (atMs: number) => new Date(atMs).toISOString();

function runs(expression: string, zone: string, after: string, count: number): string[] {
  return nextRuns(parseCron(expression), zone, Date.parse(after), count).map((at) => iso(at).slice(0, 16));
}
