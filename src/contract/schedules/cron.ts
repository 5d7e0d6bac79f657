import { text } from '../fields.ts';
import { CronFault, FIELDS, parseField, type CronField } from './cron-field.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 29 February may keep away for 8 years, and a weekday that must fall on it for 40. */
const HORIZON_MS = 41 * 366 * DAY_MS;

/** A parsed expression of five fields. */
export type Cron = {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  isDay(dayOfMonth: number, dayOfWeek: number): boolean;
  /**
   * `interval`: a `*` or a step stands in the minute or the hour, so that it means "every so often"; `fixed`: it names
   * times of the day. The two differ where clocks are moved, see next-run.ts.
   */
  readonly kind: 'interval' | 'fixed';
};

const MACROS = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

const ORDER = 'minute, hour, day of month, month, day of week';

/**
 * Parses minute, hour, day of month, month and day of week: lists, ranges, steps, names, or one of @yearly, @monthly,
 * @weekly, @daily and @hourly. When both day fields choose, a day needs to fit one of them; one that begins with `*`
 * does not choose, and then both must fit. Throws CronFault, also for seconds and for dates that never come.
 */
export function parseCron(expression: string): Cron {
  const parts = expandCron(expression);
  if (parts.length === 6)
    throw new CronFault(`expected 5 fields (${ORDER}), got 6: the field second does not exist here`);
  const [minute, hour, day, month, weekday, ...rest] = parts;
  if (minute === undefined || hour === undefined || day === undefined || month === undefined || weekday === undefined)
    throw new CronFault(`expected 5 fields (${ORDER}), got ${parts.filter((part) => part !== '').length}`);
  if (rest.length > 0) throw new CronFault(`expected 5 fields (${ORDER}), got ${parts.length}`);
  const minutes = parseField(minute, FIELDS.minute);
  const hours = parseField(hour, FIELDS.hour);
  const cron: Cron = {
    minutes: minutes.values,
    hours: hours.values,
    months: new Set(parseField(month, FIELDS.month).values),
    isDay: dayRule(parseField(day, FIELDS.day), parseField(weekday, FIELDS.weekday)),
    kind: minutes.repeating || hours.repeating ? 'interval' : 'fixed',
  };
  if (nextMatch(cron, 0, HORIZON_MS) === undefined)
    throw new CronFault(`expected a date that exists, got day of month ${day} in month ${month}: it never fires`);
  return cron;
}

/** The fields of an expression, a name like @daily spelt out; whether they are five, and fit, is not looked at here. */
export function expandCron(expression: string): string[] {
  const words = expression.trim().toLowerCase();
  if (words.startsWith('@') && !MACROS.has(words))
    throw new CronFault(`expected one of ${[...MACROS.keys()].join(', ')}, got ${JSON.stringify(expression)}`);
  return (MACROS.get(words) ?? expression.trim()).split(/\s+/);
}

/** A schedule's cron expression as people write it. */
export const cronExpression = text(1, 200).superRefine((value, issue) => {
  try {
    parseCron(value);
  } catch (error) {
    if (!(error instanceof CronFault)) throw error;
    issue.addIssue({ code: 'custom', message: error.message });
  }
});

/**
 * The first matching minute of a clock on the wall, at or after `fromMs` and before `beforeMs`. Times of the wall are
 * written as if they were UTC; what the wall's clock skips or repeats is not known here.
 */
export function nextMatch(cron: Cron, fromMs: number, beforeMs: number): number | undefined {
  let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS;
  let minuteOfDay = Math.ceil((fromMs - dayMs) / MINUTE_MS);
  while (dayMs < beforeMs) {
    const date = new Date(dayMs);
    if (cron.months.has(date.getUTCMonth() + 1)) {
      const minute = cron.isDay(date.getUTCDate(), date.getUTCDay()) ? timeOfDay(cron, minuteOfDay) : undefined;
      const atMs = minute === undefined ? undefined : dayMs + minute * MINUTE_MS;
      if (atMs !== undefined) return atMs < beforeMs ? atMs : undefined;
      dayMs += DAY_MS;
    } else {
      dayMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    }
    minuteOfDay = 0;
  }
  return undefined;
}

function timeOfDay({ hours, minutes }: Cron, fromMinute: number): number | undefined {
  for (const hour of hours) {
    if (hour * 60 + 59 < fromMinute) continue;
    const minute = minutes.find((each) => hour * 60 + each >= fromMinute);
    if (minute !== undefined) return hour * 60 + minute;
  }
  return undefined;
}

function dayRule(day: CronField, weekday: CronField): Cron['isDay'] {
  const days = new Set(day.values);
  const weekdays = new Set(weekday.values.map((value) => value % 7));
  return day.open || weekday.open
    ? (dayOfMonth, dayOfWeek) => days.has(dayOfMonth) && weekdays.has(dayOfWeek)
    : (dayOfMonth, dayOfWeek) => days.has(dayOfMonth) || weekdays.has(dayOfWeek);
}
