import { zoneNow } from './zone.ts';

const FORMS = {
  clock: { hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit' },
  date: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  day: { day: 'numeric', month: 'short' },
  zone: { hour: 'numeric', timeZoneName: 'short' },
} as const;
type Form = keyof typeof FORMS;

/** Making a formatter costs a thousand times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATTERS = 200;

function formatter(form: Form): Intl.DateTimeFormat {
  const zone = zoneNow();
  const key = `${form} ${zone}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  if (formatters.size >= MOST_FORMATTERS) formatters.clear();
  const made = new Intl.DateTimeFormat('en-GB', { ...FORMS[form], timeZone: zone });
  formatters.set(key, made);
  return made;
}

/** `14:32:08`, in the zone that the person chose. */
export function clock(ms: number): string {
  return formatter('clock').format(ms);
}

/** `14:32`. */
export function hourMinute(ms: number): string {
  return clock(ms).slice(0, 5);
}

/** `UTC`, `CET` or `GMT+1`: what the clock times of this page are in, at that moment. */
export function zoneWord(ms: number): string {
  return (
    formatter('zone')
      .formatToParts(ms)
      .find(({ type }) => type === 'timeZoneName')?.value ?? zoneNow()
  );
}

/** `Thu 19 Nov 2026, 14:32:08 UTC`. */
export function exact(ms: number): string {
  return `${formatter('date').format(ms).replace(',', '')}, ${clock(ms)} ${zoneWord(ms)}`;
}

/** A time in words that can be read exactly by pointing at it. */
export function Time({ ms, children }: { ms: number; children: string }) {
  return (
    <time datetime={new Date(ms).toISOString()} title={exact(ms)}>
      {children}
    </time>
  );
}

/** `14:32:08` today, `19 Nov 14:32:08` on another day. */
export function clockOrDay(ms: number, nowMs: number): string {
  const [day, today] = [ms, nowMs].map((each) => formatter('day').format(each));
  return day === today ? clock(ms) : `${day ?? ''} ${clock(ms)}`;
}
