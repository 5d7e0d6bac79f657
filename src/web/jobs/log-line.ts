import { z } from 'zod';

export type LogLine = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly atMs: number | undefined;
  readonly text: string;
  /** What the line carries beside its message. */
  readonly fields: string;
};

const written = z.looseObject({
  level: z.union([z.number(), z.string()]).optional(),
  time: z.union([z.number(), z.string()]).optional(),
  msg: z.string().optional(),
});
/** On every line, and told by the page already. */
const KNOWN = new Set([
  'level',
  'time',
  'msg',
  'pid',
  'hostname',
  'name',
  'jobId',
  'job',
  'queue',
  'attempt',
  'workerId',
]);
const LONGEST = 2_000;

/** A line as people read it: JSON of a logger in its parts, anything else as it was written. */
export function readLine(line: string): LogLine {
  const parsed = written.safeParse(parse(line));
  if (!parsed.success) return { level: 'info', atMs: undefined, text: line.slice(0, LONGEST), fields: '' };
  const { level, time, msg = '', ...rest } = parsed.data;
  const fields = Object.entries(rest).filter(([key]) => !KNOWN.has(key));
  const atMs = typeof time === 'number' ? time : time === undefined ? undefined : Date.parse(time);
  return {
    level: levelOf(level),
    atMs: atMs === undefined || !Number.isFinite(atMs) || Math.abs(atMs) > 8e15 ? undefined : atMs,
    text: msg.slice(0, LONGEST),
    fields: fields
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join(' ')
      .slice(0, LONGEST),
  };
}

function levelOf(level: number | string | undefined): LogLine['level'] {
  if (typeof level === 'string') return level === 'warn' || level === 'error' || level === 'debug' ? level : 'info';
  if (level === undefined) return 'info';
  return level >= 50 ? 'error' : level >= 40 ? 'warn' : level >= 30 ? 'info' : 'debug';
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}
