import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from './event.ts';

/** Monotonic milliseconds that all processes of this machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function digestOf(lease: string): string {
  return createHash('sha256').update(lease).digest('base64url').slice(0, 12);
}

export type Recorder = {
  add(event: HistoryEvent): void;
  /** Says that something is under way, so that it is known as `unknown` should this process be killed; gives what ends it. */
  begin<Begun extends HistoryEvent>(event: Begun): (end: Partial<Begun>) => void;
};

/** Each line is in the kernel's hands before the call returns, so that a kill -9 loses none. */
export function createRecorder(folder: string, name: string): Recorder {
  const file = join(folder, `${name}-${process.pid}-${Date.now()}.ndjson`);
  let calls = 0;
  // JSON knows no Infinity: an event without an end has no endedMs on disk.
  const write = (line: object) => appendFileSync(file, `${JSON.stringify(line)}\n`);
  return {
    add: write,
    begin(event) {
      calls += 1;
      const call = calls;
      write({ ...event, call, endedMs: undefined });
      return (end) => write({ ...event, endedMs: machineMs(), ...end, call });
    },
  };
}

/** All that every process has written, in the order in which it began. A line that was cut off by a kill is left out. */
export function readHistory(folder: string): HistoryEvent[] {
  const events = readdirSync(folder).flatMap((file) => readOne(join(folder, file)));
  return events.sort((a, b) => a.startedMs - b.startedMs);
}

function readOne(file: string): HistoryEvent[] {
  const ended: HistoryEvent[] = [];
  const begun = new Map<number, HistoryEvent>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const event = parse(line);
    if (event === undefined) continue;
    if (event.call === undefined) ended.push(event);
    else begun.set(event.call, event);
  }
  return [...ended, ...begun.values()];
}

function parse(line: string): (HistoryEvent & { call?: number }) | undefined {
  try {
    const event = JSON.parse(line);
    return { ...event, endedMs: event.endedMs ?? Infinity };
  } catch {
    return undefined;
  }
}
