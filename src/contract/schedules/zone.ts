import { z } from 'zod';

/** A time in which one offset from UTC holds. It may end where the offset goes on: stretches are found in pieces. */
export type Stretch = { readonly startMs: number; readonly endMs: number; readonly offsetMs: number };

const PIECE_MS = 32 * 24 * 3_600_000;
/** No zone has ever moved its clocks twice within half a day. */
const PROBE_MS = 12 * 3_600_000;
const PIECES_KEPT = 20_000;
const FORMATS_KEPT = 1_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const pieces = new Map<string, readonly Stretch[]>();

/** A name of the IANA time zone database. Offsets like +02:00 are refused: they know nothing of summer time. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    error: (issue) => `expected an IANA time zone like Europe/Berlin, got ${JSON.stringify(issue.input)}`,
  });

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The stretch of a zone that an instant lies in. Throws RangeError for a zone that does not exist. */
export function stretchAt(zone: string, atMs: number): Stretch {
  const piece = Math.floor(atMs / PIECE_MS);
  const found = piecesOf(zone, piece).find((stretch) => atMs < stretch.endMs);
  if (found === undefined) throw new RangeError(`expected an instant within its piece, got ${atMs}`);
  return found;
}

function piecesOf(zone: string, piece: number): readonly Stretch[] {
  const key = `${zone} ${piece}`;
  const kept = pieces.get(key);
  if (kept !== undefined) return kept;
  if (pieces.size >= PIECES_KEPT) pieces.clear();
  const found = findStretches(zone, piece * PIECE_MS, (piece + 1) * PIECE_MS);
  pieces.set(key, found);
  return found;
}

function findStretches(zone: string, fromMs: number, toMs: number): Stretch[] {
  const found: Stretch[] = [];
  let startMs = fromMs;
  let offsetMs = offsetAt(zone, fromMs);
  for (let probeMs = fromMs; probeMs < toMs; probeMs += PROBE_MS) {
    const laterMs = probeMs + PROBE_MS;
    const later = offsetAt(zone, laterMs);
    if (later === offsetMs) continue;
    const changeMs = changeBetween(zone, probeMs, laterMs);
    // A change at the very end belongs to the next piece.
    if (changeMs >= toMs) break;
    found.push({ startMs, endMs: changeMs, offsetMs });
    startMs = changeMs;
    offsetMs = later;
  }
  found.push({ startMs, endMs: toMs, offsetMs });
  return found;
}

/** The first instant, to the second, at which the later offset holds. */
function changeBetween(zone: string, beforeMs: number, afterMs: number): number {
  const old = offsetAt(zone, beforeMs);
  let low = beforeMs;
  let high = afterMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(zone, middle) === old) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(zone: string, atMs: number): number {
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(zone).formatToParts(atMs))
    if (type in parts) Object.assign(parts, { [type]: Number(value) });
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const kept = formats.get(zone);
  if (kept !== undefined) return kept;
  if (formats.size >= FORMATS_KEPT) formats.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'iso8601', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  formats.set(zone, format);
  return format;
}
