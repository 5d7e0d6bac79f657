import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../src/contract/schedules/cron.ts';
import { nextRun } from '../../../src/contract/schedules/next-run.ts';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2024-01-01T00:00:00Z');
const YEARS_MS = 10 * 365.25 * DAY_MS;
/** With and without summer time, half and quarter hours, both hemispheres, a change at midnight and one of two hours. */
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kathmandu'],
  ...['Africa/Cairo', 'Antarctica/Troll', 'Pacific/Chatham', 'America/St_Johns'],
];

const number = (least: number, most: number) => fc.integer({ min: least, max: most });
const field = (least: number, most: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: number(least, most).map(String) },
    number(2, Math.max(2, Math.floor(most / 2))).map((step) => `*/${step}`),
    fc.tuple(number(least, most), number(least, most)).map((pair) => pair.toSorted((a, b) => a - b).join('-')),
    fc.uniqueArray(number(least, most), { minLength: 2, maxLength: 3 }).map((list) => list.join(',')),
  );
/** Both day fields together are left to the other tests: what a step in one of them means is where programs differ. */
const days = fc.oneof(
  fc.tuple(field(1, 28), fc.constant('*'), fc.constant('*')),
  fc.tuple(fc.constant('*'), field(1, 12), fc.constant('*')),
  fc.tuple(fc.constant('*'), fc.constant('*'), field(0, 6)),
  fc.tuple(number(1, 31).map(String), fc.constant('*'), number(0, 6).map(String)),
);
const expressions = fc.tuple(field(0, 59), field(0, 23), days).map(([minute, hour, rest]) => {
  return [minute, hour, ...rest].join(' ');
});

function* ours(expression: string, zone: string, fromMs: number): Generator<number> {
  const cron = parseCron(expression);
  for (let at = nextRun(cron, zone, fromMs); at !== undefined; at = nextRun(cron, zone, at)) yield at;
}

/** Where it gives up, as it does at some changes of the clocks, it is asked again from a day later. */
function* theirs(expression: string, zone: string, fromMs: number): Generator<number> {
  for (let lastMs = fromMs; ; lastMs += DAY_MS) {
    const parsed = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(lastMs) });
    try {
      for (;;) {
        lastMs = parsed.next().getTime();
        yield lastMs;
      }
    } catch (error) {
      if (!String(error).includes('loop limit')) throw error;
    }
  }
}

const offsets = new Map<string, number>();
/** What a zone's clocks are ahead of UTC, to the minute, in an hour of the epoch. */
function offsetMs(zone: string, hour: number): number {
  const known = offsets.get(`${zone} ${hour}`);
  if (known !== undefined) return known;
  const text = new Date(hour * HOUR_MS).toLocaleString('sv-SE', { timeZone: zone });
  const offset = Date.parse(`${text.replace(' ', 'T')}Z`) - hour * HOUR_MS;
  offsets.set(`${zone} ${hour}`, offset);
  return offset;
}

/** What happens to times around a change of the clocks is our own rule, which the wall oracle tests. */
function isNearChange(zone: string, atMs: number): boolean {
  const hour = Math.floor(atMs / HOUR_MS);
  return offsetMs(zone, hour - 26) !== offsetMs(zone, hour + 26);
}

/** Runs up to an instant, or the first so many, without those near a change of the clocks. */
function calm(zone: string, runs: Iterable<number>, toMs: number, most = Infinity): string[] {
  const found: string[] = [];
  for (const atMs of runs) {
    if (atMs > toMs || found.length === most) break;
    if (!isNearChange(zone, atMs)) found.push(new Date(atMs).toISOString().slice(0, 16));
  }
  return found;
}

describe('next runs, as cron-parser finds them too', () => {
  it('whatever the expression, the zone and the moment, where no clock is moved', { timeout: 60_000 }, () => {
    let compared = 0;
    fc.assert(
      fc.property(expressions, fc.constantFrom(...ZONES), number(0, YEARS_MS / 60_000), (expression, zone, minutes) => {
        const fromMs = START_MS + minutes * 60_000;
        const own = calm(zone, ours(expression, zone, fromMs), Infinity, 25);
        expect(own).toEqual(calm(zone, theirs(expression, zone, fromMs), Infinity, 25));
        compared += own.length;
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
    expect(compared).toBe(200 * 25);
  });

  it.each([
    ['30 23 * * *', 'Europe/Berlin'],
    ['30 4 * * *', 'America/Santiago'],
    ['0 3 * * 0', 'Asia/Kathmandu'],
    ['0 3 1 * *', 'America/New_York'],
  ])('over ten years: %s in %s, which the shipped table has', { timeout: 60_000 }, (cron, zone) => {
    expect(SCHEDULES.map((schedule) => schedule.cron)).toContain(cron);
    const own = calm(zone, ours(cron, zone, START_MS), START_MS + YEARS_MS);
    expect(own.length).toBeGreaterThan(100);
    expect(own).toEqual(calm(zone, theirs(cron, zone, START_MS), START_MS + YEARS_MS));
  });
});
