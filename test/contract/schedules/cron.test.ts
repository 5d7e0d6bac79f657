import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../src/contract/schedules/cron.ts';
import { nextRuns } from '../../../src/contract/schedules/next-run.ts';
import { declareSchedule } from '../../../src/contract/schedules/declare-schedule.ts';
import { timeZone } from '../../../src/contract/schedules/zone.ts';
import { backup } from '../../../src/contract/catalogue/api-calls/platform.ts';

const from = Date.parse('2026-11-21T00:00:00Z');
const days = (expression: string, count = 4) =>
  nextRuns(parseCron(expression), 'UTC', from, count).map((at) => new Date(at).toISOString().slice(0, 10));

describe('a cron expression is refused with the field at fault', () => {
  it.each([
    ['0 * * * * *', /5 fields.*got 6.*second/],
    ['* * * *', /5 fields.*got 4/],
    ['* * * * * * *', /5 fields.*got 7/],
    ['', /5 fields.*got 0/],
    ['   ', /5 fields.*got 0/],
    ['60 * * * *', /^minute: expected 0 to 59, got "60"/],
    ['* 24 * * *', /^hour: expected 0 to 23, got "24"/],
    ['* * 0 * *', /^day of month: expected 1 to 31, got "0"/],
    ['* * 32 * *', /^day of month: expected 1 to 31/],
    ['* * * 13 *', /^month: expected 1 to 12 or JAN to DEC, got "13"/],
    ['* * * FOO *', /^month: expected 1 to 12 or JAN to DEC, got "FOO"/],
    ['* * * * 8', /^day of week: expected 0 to 7 or SUN to SAT, got "8"/],
    ['* * * * MONDAY', /^day of week/],
    ['5-1 * * * *', /^minute: expected a range that goes up, got "5-1"/],
    ['1-2-3 * * * *', /^minute: expected a range like 1-5/],
    ['*/0 * * * *', /^minute: expected a step of 1 to 59, got "0"/],
    ['*/ * * * *', /^minute: expected a step/],
    ['*/5/5 * * * *', /^minute/],
    ['1,,2 * * * *', /^minute: expected a value/],
    ['-1 * * * *', /^minute/],
    ['1.5 * * * *', /^minute/],
    ['0x1 * * * *', /^minute/],
    ['? * * * *', /^minute/],
    ['* * L * *', /^day of month/],
    ['@reboot', /expected one of @yearly.*got "@reboot"/],
    ['@every 5m', /expected one of/],
    ['0 0 31 2 *', /never fires/],
    ['0 0 30,31 FEB *', /never fires/],
    ['0 0 31 4,6,9,11 *', /never fires/],
  ])('%s', (expression, fault) => {
    expect(() => parseCron(expression)).toThrow(fault);
  });
});

describe('a cron expression', () => {
  it('takes names in any case, lists, ranges and steps', () => {
    expect(days('0 0 * * mon-Fri')).toEqual(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26']);
    expect(days('0 0 * * FRI-SUN')).toEqual(['2026-11-22', '2026-11-27', '2026-11-28', '2026-11-29']);
    expect(days('0 0 1 JAN,jul *')).toEqual(['2027-01-01', '2027-07-01', '2028-01-01', '2028-07-01']);
    expect(days('0 0 5/10 * *')).toEqual(['2026-11-25', '2026-12-05', '2026-12-15', '2026-12-25']);
    expect(days('0 0 1-10/4 12 *')).toEqual(['2026-12-01', '2026-12-05', '2026-12-09', '2027-12-01']);
  });

  it('knows Sunday as 0 and as 7', () => {
    expect(days('0 0 * * 0')).toEqual(days('0 0 * * 7'));
    expect(days('0 0 * * 0-0')).toEqual(days('0 0 * * SUN'));
  });

  it('fires on either day when both day fields choose, and on both conditions when one of them is open', () => {
    expect(days('0 0 24 * MON')).toEqual(['2026-11-23', '2026-11-24', '2026-11-30', '2026-12-07']);
    expect(days('0 0 */2 * MON')).toEqual(['2026-11-23', '2026-12-07', '2026-12-21', '2027-01-11']);
  });

  it('may be a macro', () => {
    const same = { '@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0' };
    for (const [macro, fields] of Object.entries({ ...same, '@monthly': '0 0 1 * *', '@Yearly': '0 0 1 1 *' })) {
      expect(days(macro)).toEqual(days(fields));
    }
  });

  it('may fire on 29 February', () => expect(days('0 0 29 2 *', 2)).toEqual(['2028-02-29', '2032-02-29']));
});

it('a time zone is a name of the IANA database', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/San_Luis']) expect(timeZone.parse(zone)).toBe(zone);
  for (const zone of ['', '+02:00', 'Mars/Base', 'Europe/Berlin\u0000', 'x'.repeat(65)]) {
    expect(timeZone.safeParse(zone).success, zone).toBe(false);
  }
});

it('a declaration with a fault does not load, and names schedule and field', () => {
  const declare = (choices: object) => () =>
    declareSchedule({ name: 'nightly', cron: '0 2 * * *', job: backup, description: 'x', ...choices });
  expect(declare({ cron: '0 0 2 * * *' })).toThrow(/schedule nightly: cron: expected 5 fields.*second/);
  expect(declare({ timeZone: 'Berlin' })).toThrow(/schedule nightly: timeZone: expected an IANA time zone/);
  expect(declare({ payload: { backup_type: 'some' } })).toThrow(/schedule nightly: payload.backup_type/);
  expect(declare({ jitterSeconds: -1 })).toThrow(/jitterSeconds/);
  expect(declare({ name: 'Nightly run' })).toThrow(/name/);
});
