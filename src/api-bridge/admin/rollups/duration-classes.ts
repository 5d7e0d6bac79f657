import { z } from 'zod';
import type { DurationClass } from '../../../contract/queue-view.ts';

/** Four classes to each doubling: a percentile is off by at most a fifth. The last one is a week and more. */
const PER_DOUBLING = 4;
const LAST = 120;

/** Attempts by class of duration, as a row keeps them. */
export const histogram = z.record(z.string().regex(/^\d{1,3}$/), z.coerce.number());
export type Histogram = ReadonlyMap<number, number>;

/** The class of an interval, in SQL. */
export function classInSql(interval: string): string {
  const ms = `greatest(0, extract(epoch FROM ${interval}) * 1000)::float8`;
  return `least(${LAST}, floor(ln(1 + ${ms}) / ln(2.0) * ${PER_DOUBLING}))::int`;
}

function upperMs(index: number): number {
  return 2 ** ((index + 1) / PER_DOUBLING) - 1;
}

export function addHistogram(into: Map<number, number>, counts: z.infer<typeof histogram>): void {
  for (const [index, count] of Object.entries(counts)) into.set(Number(index), (into.get(Number(index)) ?? 0) + count);
}

/** The duration that this share of the attempts did not exceed; undefined where there was none. */
export function percentileMs(counts: Histogram, share: number): number | undefined {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [index, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= all * share) return upperMs(index);
  }
  return undefined;
}

/** By doublings, from the shortest to the longest that occurred, without gaps. */
export function classesOf(counts: Histogram): DurationClass[] {
  const doublings = [...counts].map(([index, count]) => [Math.floor(index / PER_DOUBLING), count] as const);
  if (doublings.length === 0) return [];
  const least = Math.min(...doublings.map(([doubling]) => doubling));
  const most = Math.max(...doublings.map(([doubling]) => doubling));
  return Array.from({ length: most - least + 1 }, (_, offset) => ({
    uptoMs: upperMs((least + offset) * PER_DOUBLING + PER_DOUBLING - 1),
    attempts: doublings.reduce((sum, [doubling, count]) => sum + (doubling === least + offset ? count : 0), 0),
  }));
}
