import { nextMatch, type Cron } from './cron.ts';
import { stretchAt } from './zone.ts';

const DAY_MS = 24 * 3_600_000;
const HORIZON_MS = 41 * 366 * DAY_MS;

/**
 * The first instant after `afterMs` at which a cron expression fires in a time zone, as epoch milliseconds.
 *
 * Where clocks are moved, an expression that names times of the day (`30 2 * * *`) runs once for each day that it
 * names: a time that is skipped fires at the first instant after the gap, once, however many of its times lie in it; a
 * time that comes twice fires the first time only. An expression with a `*` or a step in minute or hour runs whenever
 * the clock on the wall fits it: it goes on through a repeated hour and has no runs in a skipped one. An instant
 * fires once, even when two rules name it.
 *
 * Undefined beyond 40 years, where only a parsed expression that never fires could be.
 */
export function nextRun(cron: Cron, zone: string, afterMs: number): number | undefined {
  const limitMs = afterMs + HORIZON_MS;
  let fromMs = afterMs + 1;
  while (fromMs < limitMs) {
    const { startMs, endMs, offsetMs } = stretchAt(zone, fromMs);
    const oldOffsetMs = cron.kind === 'fixed' ? stretchAt(zone, startMs - 1).offsetMs : offsetMs;
    const moved = offsetMs !== oldOffsetMs;
    if (moved && startMs >= fromMs && nextMatch(cron, startMs + oldOffsetMs, startMs + offsetMs) !== undefined) {
      return startMs;
    }
    // Up to here the wall has shown its times before, when the clock went back.
    const repeatedMs = moved ? startMs + Math.max(offsetMs, oldOffsetMs) : -Infinity;
    const wallMs = Math.max(fromMs, startMs) + offsetMs;
    const match = nextMatch(cron, Math.max(wallMs, repeatedMs), endMs + offsetMs);
    if (match !== undefined) return match - offsetMs;
    fromMs = Math.max(endMs, leapMs(cron, endMs + offsetMs));
  }
  return undefined;
}

/** The next `count` instants after `afterMs`, none of them in doubt. */
export function nextRuns(cron: Cron, zone: string, afterMs: number, count: number): number[] {
  const found: number[] = [];
  let atMs: number | undefined = afterMs;
  while (found.length < count) {
    atMs = nextRun(cron, zone, atMs);
    if (atMs === undefined) return found;
    found.push(atMs);
  }
  return found;
}

/** Nothing can fire long before the wall's next match; no clock was ever moved by two days. */
function leapMs(cron: Cron, wallMs: number): number {
  const match = nextMatch(cron, wallMs - 2 * DAY_MS, wallMs + HORIZON_MS);
  return match === undefined ? Infinity : match - 3 * DAY_MS;
}
