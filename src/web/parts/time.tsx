const CLOCK = { hour12: false, timeZone: 'UTC', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const DAY = { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;

/** `14:32:08`, UTC. */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', CLOCK);
}

/** `14:32`, UTC. */
export function hourMinute(ms: number): string {
  return clock(ms).slice(0, 5);
}

/** `Thu 19 Nov 2026, 14:32:08 UTC`. */
export function exact(ms: number): string {
  const day = new Date(ms).toLocaleDateString('en-GB', DAY).replace(',', '');
  return `${day}, ${clock(ms)} UTC`;
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
  const [day, today] = [ms, nowMs].map((each) =>
    new Date(each).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' }),
  );
  return day === today ? clock(ms) : `${day ?? ''} ${clock(ms)}`;
}
