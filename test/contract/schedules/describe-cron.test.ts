import { describe, expect, it } from 'vitest';
import { describeCron } from '../../../src/contract/schedules/describe-cron.ts';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';

describe('a cron expression in words', () => {
  it.each([
    ['* * * * *', 'Every minute'],
    ['*/1 * * * *', 'Every minute'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['0 * * * *', 'Every hour at minute 0'],
    ['5,35 * * * *', 'Every hour at minutes 5 and 35'],
    ['0 */6 * * *', 'Every 6 hours'],
    ['30 */4 * * *', 'Every 4 hours at minute 30'],
    ['*/15 9-17 * * 1-5', 'Every 15 minutes from 09:00 to 17:59, on weekdays'],
    ['*/7 * * * *', 'Every hour at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56'],
    ['30 3 * * *', 'Every day at 03:30'],
    ['0 9,17 * * *', 'Every day at 09:00 and 17:00'],
    ['0 5 * * 0', 'On Sundays at 05:00'],
    ['0 5 * * 7', 'On Sundays at 05:00'],
    ['0 6 * * MON', 'On Mondays at 06:00'],
    ['0 6 * * 6,0', 'At weekends at 06:00'],
    ['0 3 1 * *', 'On day 1 of the month at 03:00'],
    ['0 3 1 1 *', 'On day 1 of the month in January at 03:00'],
    ['0 0 13 * 5', 'On day 13 of the month and on Fridays at 00:00'],
    [
      '0 0 */2 * 5',
      'On day 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month if it falls on Fridays at 00:00',
    ],
    ['@daily', 'Every day at 00:00'],
    ['@hourly', 'Every hour at minute 0'],
    ['@weekly', 'On Sundays at 00:00'],
  ])('%s is %j', (expression, words) => {
    expect(describeCron(expression)).toBe(words);
  });

  it('says something short of every declared schedule', () => {
    for (const { cron } of SCHEDULES) expect(describeCron(cron).length).toBeLessThan(60);
  });

  it('refuses what is no expression, however long it is', () => {
    for (const expression of ['', '* * *', '@never', '99 * * * *', '* '.repeat(50_000)]) {
      expect(() => describeCron(expression)).toThrow(/expected/);
    }
  });
});
