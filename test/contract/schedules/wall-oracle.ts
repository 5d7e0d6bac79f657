import { parseCron } from '../../../src/contract/schedules/cron.ts';

const MINUTE_MS = 60_000;
const QUARTER_DAY_MS = 6 * 60 * MINUTE_MS;

/** The wall's clock of a zone, read from nothing but Intl. */
function wallReader(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  const known = new Map<number, number>();
  return (atMs) => {
    const wallMs = known.get(atMs) ?? Date.parse(`${format.format(atMs).replace(' ', 'T')}:00Z`);
    known.set(atMs, wallMs);
    return wallMs;
  };
}

/** Reads the clock four times a day, and in between only where it has moved: for years, which take long otherwise. */
function sparingly(read: (atMs: number) => number): (atMs: number) => number {
  return (atMs) => {
    const sinceMs = atMs % QUARTER_DAY_MS;
    const wallMs = read(atMs - sinceMs);
    const moved = read(atMs - sinceMs + QUARTER_DAY_MS) - wallMs !== QUARTER_DAY_MS;
    return moved ? read(atMs) : wallMs + sinceMs;
  };
}

const readers = new Map<string, ReturnType<typeof wallReader>>();

/** Whether a minute of the wall fits five fields of plain numbers, `*`, lists, ranges and steps: written without the parser. */
export function fits(expression: string, wallMs: number): boolean {
  const date = new Date(wallMs);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  const has = (field: string, value: number, least: number, most: number): boolean =>
    field.split(',').some((part) => {
      const [range = '', step] = part.split('/');
      const [from = least, to = step === undefined ? from : most] =
        range === '*' ? [least, most] : range.split('-').map(Number);
      return value >= from && value <= to && (value - from) % Number(step ?? 1) === 0;
    });
  const fitsWeekday = has(weekday, date.getUTCDay(), 0, 7) || (date.getUTCDay() === 0 && has(weekday, 7, 0, 7));
  const fitsDay = has(day, date.getUTCDate(), 1, 31);
  const either = !day.startsWith('*') && !weekday.startsWith('*');
  return (
    has(minute, date.getUTCMinutes(), 0, 59) &&
    has(hour, date.getUTCHours(), 0, 23) &&
    has(month, date.getUTCMonth() + 1, 1, 12) &&
    (either ? fitsDay || fitsWeekday : fitsDay && fitsWeekday)
  );
}

/**
 * Every instant after `fromMs` and up to `toMs` at which the expression fires, found by looking at every single minute, or
 * at every few of them where the expression and all offsets of the zone are known to be multiples of as many.
 */
export function firesBetween(expression: string, zone: string, fromMs: number, toMs: number, minutes = 1): number[] {
  const stepMs = minutes * MINUTE_MS;
  const reader = readers.get(zone) ?? wallReader(zone);
  readers.set(zone, reader);
  const wallAt = minutes === 1 ? reader : sparingly(reader);
  const { kind } = parseCron(expression);
  const fires: number[] = [];
  // A day earlier, so that what the wall has shown before is known.
  let wallMs = wallAt(fromMs - 24 * 60 * MINUTE_MS);
  let highestMs = wallMs;
  for (let atMs = fromMs - 24 * 60 * MINUTE_MS + stepMs; atMs <= toMs; atMs += stepMs) {
    const before = wallMs;
    wallMs = wallAt(atMs);
    let fire = fits(expression, wallMs);
    if (kind === 'fixed') {
      if (wallMs <= highestMs) fire = false;
      for (let skipped = before + stepMs; skipped < wallMs; skipped += stepMs) fire ||= fits(expression, skipped);
    }
    highestMs = Math.max(highestMs, wallMs);
    if (fire && atMs > fromMs) fires.push(atMs);
  }
  return fires;
}
