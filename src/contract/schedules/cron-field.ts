/** Why a cron expression was refused; the message names the field and says what was expected. */
export class CronFault extends Error {
  override readonly name = 'CronFault';
}

export type FieldRule = {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Words for the numbers from `firstWord` on. */
  readonly words?: readonly string[];
  readonly firstWord?: number;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const FIELDS = {
  minute: { name: 'minute', least: 0, most: 59 },
  hour: { name: 'hour', least: 0, most: 23 },
  day: { name: 'day of month', least: 1, most: 31 },
  month: { name: 'month', least: 1, most: 12, words: MONTHS, firstWord: 1 },
  /** 7 is a Sunday too. */
  weekday: { name: 'day of week', least: 0, most: 7, words: DAYS, firstWord: 0 },
} as const satisfies Record<string, FieldRule>;

export type CronField = {
  /** In ascending order, without repeats. */
  readonly values: readonly number[];
  /** Begins with `*`: the field does not choose a day by itself. */
  readonly open: boolean;
  /** Has a `*` or a step anywhere: it means "every so often" and not "at". */
  readonly repeating: boolean;
};

/** Parses lists of `*`, numbers, names and ranges, each with an optional step. Throws CronFault. */
export function parseField(text: string, rule: FieldRule): CronField {
  const values = new Set<number>();
  for (const part of text.split(',')) for (const value of valuesOf(part, rule)) values.add(value);
  return {
    values: [...values].sort((a, b) => a - b),
    open: text.startsWith('*'),
    repeating: /[*/]/.test(text),
  };
}

function valuesOf(part: string, rule: FieldRule): number[] {
  const [, range = '', step] = /^([^/]*)(?:\/([^/]*))?$/.exec(part) ?? [];
  if (range === '') throw new CronFault(`${rule.name}: expected a value, got ${JSON.stringify(part)}`);
  const [from, to] = boundsOf(range, step !== undefined, rule);
  const by = step === undefined ? 1 : stepOf(step, rule);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

function boundsOf(range: string, hasStep: boolean, rule: FieldRule): readonly [number, number] {
  if (range === '*') return [rule.least, rule.most];
  const [first = '', last, ...rest] = range.split('-');
  if (rest.length > 0) throw new CronFault(`${rule.name}: expected a range like 1-5, got ${JSON.stringify(range)}`);
  const from = valueOf(first, rule);
  if (last === undefined) return [from, hasStep ? rule.most : from];
  const to = valueOf(last, rule);
  // FRI-SUN is written by people, although Sunday is 0.
  const end = rule.most === 7 && to === 0 && from > 0 ? 7 : to;
  if (end < from) throw new CronFault(`${rule.name}: expected a range that goes up, got ${JSON.stringify(range)}`);
  return [from, end];
}

function valueOf(text: string, { name, least, most, words = [], firstWord = 0 }: FieldRule): number {
  const word = words.indexOf(text.toUpperCase());
  const value = word === -1 ? (/^\d{1,2}$/.test(text) ? Number(text) : Number.NaN) : word + firstWord;
  if (value >= least && value <= most) return value;
  const orWord = words.length === 0 ? '' : ` or ${words[0] ?? ''} to ${words.at(-1) ?? ''}`;
  throw new CronFault(`${name}: expected ${least} to ${most}${orWord}, got ${JSON.stringify(text)}`);
}

function stepOf(text: string, { name, most }: FieldRule): number {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (step >= 1 && step <= most) return step;
  throw new CronFault(`${name}: expected a step of 1 to ${most}, got ${JSON.stringify(text)}`);
}
