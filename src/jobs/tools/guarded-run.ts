import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { JobError } from '../errors.ts';
import { watchDeadline } from './deadline.ts';
import type { Guard } from './guard.ts';
import { killGroupOrProcess } from './process-group.ts';
import { limitArguments, type ResourceLimits } from './resource-limits.ts';

export type GuardedRun = {
  readonly role: 'ffmpeg' | 'ffprobe';
  readonly program: string;
  /** Names of the demuxers that may open the input; a playlist's is never among them. */
  readonly formats: readonly string[];
  /** Takes this demuxer without asking the content which one fits. */
  readonly demuxer?: string;
  readonly maxPixels: number;
  readonly limits: ResourceLimits;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Where the run keeps its own folder while it lasts. */
  readonly scratch: string;
};

/** What is left of a run: how it failed (undefined for exit 0), what it printed. */
export type GuardedResult = { readonly failure: Error | undefined; readonly log: string; readonly report: string };

const LOG_BYTES = 64 * 1024;

/**
 * Lets `start` hand a command to fluent-ffmpeg with the option that makes the guard script find this run, and waits
 * for its end. fluent-ffmpeg gives no hold on an ffprobe, so the script leaves its process id in the run's folder and
 * the deadline and the abort kill by that. Rejects with the abort's reason or `tool_timeout`, only after the child is gone.
 */
export async function guardedRun(
  guard: Guard,
  run: GuardedRun,
  start: (guardOption: string) => Promise<void>,
): Promise<GuardedResult> {
  run.signal.throwIfAborted();
  const folder = await mkdtemp(join(run.scratch, 'guarded-'));
  try {
    await writeFile(join(folder, 'settings'), settingsOf(guard, run));
    const watch = watchDeadline(run.role, run.deadlineMs, run.signal, () => stop(folder));
    let failure: Error | undefined;
    try {
      await start(`--guarded-run=${folder}`);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      watch.done();
    }
    if (watch.reason() !== undefined) throw watch.reason();
    const [log, report] = await Promise.all([
      firstOf(join(folder, 'log'), LOG_BYTES),
      firstOf(join(folder, 'report'), run.limits.fileBytes),
    ]);
    return { failure, log, report };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The input as the guard wants it. A path that could be read as anything but one local file is refused. */
export function fileInput(path: string): string {
  if (!isAbsolute(path) || /[\n\0]/.test(path)) {
    throw new JobError(`expected an absolute path in one line, got ${JSON.stringify(path)}`, { code: 'bad_path' });
  }
  return `file:${path}`;
}

function settingsOf(guard: Guard, run: GuardedRun): string {
  const yesNo = (value: boolean) => (value ? 'yes' : 'no');
  const lines = [
    run.role,
    run.program,
    run.formats.join(','),
    run.demuxer ?? '',
    run.maxPixels,
    yesNo(guard.ownGroup),
    [...limitArguments(run.limits), yesNo(guard.diesWithParent)].join(' '),
  ];
  return `${lines.join('\n')}\n`;
}

/** Synchronous, so that nothing of this process runs between the mark and the kill. */
function stop(folder: string): void {
  try {
    writeFileSync(join(folder, 'stopped'), '');
  } finally {
    killGroupOrProcess(pidIn(folder));
  }
}

/** 0 when the script has not said it yet; it will see the mark, and not start the program. */
function pidIn(folder: string): number {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8'));
  } catch {
    return 0;
  }
}

async function firstOf(path: string, limitBytes: number): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, limitBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
