import { hiddenRule } from '../../contract/hidden.ts';
import type { JobValue, JobValueQuery, ValueGlance } from '../../contract/job-value.ts';

const ENTRIES = 100;
const TEXT = 20_000;
/** What a row of a level shows of a value. */
const GLANCE_TEXT = 200;

type Level = Omit<JobValue, 'name'>;

/** One level of a value; undefined when nothing is at the pointer. */
export function levelOf(whole: unknown, { at, from }: Pick<JobValueQuery, 'at' | 'from'>): Level | undefined {
  const value = find(whole, at);
  if (value === undefined) return undefined;
  if (hiddenRule(value) !== undefined) return { kind: 'hidden', size: 0, from: 0, value };
  if (typeof value === 'string') {
    const next = from + TEXT < value.length ? { next: from + TEXT } : {};
    return { kind: 'text', size: value.length, from, ...next, value: value.slice(from, from + TEXT).toWellFormed() };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'plain', size: 1, from: 0, value };
  const keys = Object.keys(value);
  const entries = Object.entries(value).slice(from, from + ENTRIES);
  return {
    kind: Array.isArray(value) ? 'list' : 'object',
    size: keys.length,
    from,
    ...(from + ENTRIES < keys.length ? { next: from + ENTRIES } : {}),
    entries: entries.map(([key, each]) => glanceOf(key, each)),
  };
}

function glanceOf(key: string, value: unknown): ValueGlance {
  if (hiddenRule(value) !== undefined) return { key, kind: 'hidden', value };
  if (typeof value === 'string') {
    return { key, kind: 'text', size: value.length, value: value.slice(0, GLANCE_TEXT).toWellFormed() };
  }
  if (typeof value !== 'object' || value === null) return { key, kind: 'plain', value };
  const size = Object.keys(value).length;
  return { key, kind: Array.isArray(value) ? 'list' : 'object', size };
}

function find(whole: unknown, pointer: string): unknown {
  let value = whole;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return value;
}
