import { CronFault, FIELDS, parseField, type CronField } from './cron-field.ts';
import { expandCron } from './cron.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
const MOST_NAMED = 6;

/**
 * An expression in words: `Every 5 minutes`, `Every day at 03:30`, `On Mondays at 06:00`. What cannot be said shortly
 * is said field by field. Throws CronFault for what is no expression.
 */
export function describeCron(expression: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...rest] = expandCron(expression);
  if (rest.length > 0) throw new CronFault('expected 5 fields, got more');
  const minutes = parseField(minute, FIELDS.minute);
  const hours = parseField(hour, FIELDS.hour);
  const days = daysInWords(parseField(day, FIELDS.day), parseField(weekday, FIELDS.weekday));
  const months = monthsInWords(parseField(month, FIELDS.month));
  const often = oftenInWords(minutes, hours);
  const when = [days, months].filter((part) => part !== '').join(' ');
  if (often !== undefined) return sentence(when === '' ? often : `${often}, ${when}`);
  const times = timesInWords(minutes, hours);
  return sentence(`${when === '' ? 'every day' : when} ${times}`);
}

/** What comes round within a day: `every minute`, `every hour at minute 5`; undefined for times of the day. */
function oftenInWords(minutes: CronField, hours: CronField): string | undefined {
  const everyHour = hours.values.length === 24;
  const step = stepOf(minutes, 60);
  if (everyHour && step !== undefined) return step === 1 ? 'every minute' : `every ${step} minutes`;
  if (everyHour) return `every hour at ${minuteWord(minutes)}`;
  const hourStep = stepOf(hours, 24);
  if (hourStep !== undefined && minutes.values.length === 1) {
    const at = minutes.values[0] === 0 ? '' : ` at ${minuteWord(minutes)}`;
    return `every ${hourStep} hours${at}`;
  }
  if (step === undefined) return undefined;
  return `every ${step === 1 ? 'minute' : `${step} minutes`} ${hoursInWords(hours)}`;
}

/** The step of values that begin at 0 and go round evenly; undefined for any others. */
function stepOf({ values }: CronField, round: number): number | undefined {
  const [first, second = round] = values;
  if (first !== 0 || values.length < 2) return undefined;
  const step = second - first;
  const even = values.every((value, index) => value === index * step);
  return even && values.length === Math.ceil(round / step) && round % step === 0 ? step : undefined;
}

function minuteWord({ values }: CronField): string {
  return values.length === 1 ? `minute ${values[0] ?? 0}` : `minutes ${listed(values.map(String))}`;
}

function hoursInWords({ values }: CronField): string {
  const [first = 0] = values;
  const last = values.at(-1) ?? first;
  if (values.length > 1 && last - first === values.length - 1) return `from ${clock(first, 0)} to ${clock(last, 59)}`;
  return `in the hours ${listed(values.map(String))}`;
}

function timesInWords(minutes: CronField, hours: CronField): string {
  const times = hours.values.flatMap((hour) => minutes.values.map((minute) => clock(hour, minute)));
  if (times.length <= MOST_NAMED) return `at ${listed(times)}`;
  return `at ${minuteWord(minutes)} ${hoursInWords(hours)}`;
}

function daysInWords(day: CronField, weekday: CronField): string {
  const anyDay = day.values.length === 31;
  const weekdays = [...new Set(weekday.values.map((value) => value % 7))].sort((a, b) => a - b);
  const anyWeekday = weekdays.length === 7;
  const onDays = `on day ${listed(day.values.map(String))} of the month`;
  const onWeekdays = weekdayWords(weekdays);
  if (anyDay && anyWeekday) return '';
  if (anyDay) return onWeekdays;
  if (anyWeekday) return onDays;
  // Where both choose, one is enough; a field that begins with a star must fit too.
  return day.open || weekday.open ? `${onDays} if it falls ${onWeekdays}` : `${onDays} and ${onWeekdays}`;
}

function weekdayWords(weekdays: readonly number[]): string {
  if (weekdays.join() === '1,2,3,4,5') return 'on weekdays';
  if (weekdays.join() === '0,6') return 'at weekends';
  return `on ${listed(weekdays.map((day) => DAYS[day] ?? ''))}`;
}

function monthsInWords({ values }: CronField): string {
  return values.length === 12 ? '' : `in ${listed(values.map((month) => MONTHS[month - 1] ?? ''))}`;
}

function clock(hour: number, minute: number): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
