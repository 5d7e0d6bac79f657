import { spawn } from 'node:child_process';
import { ExifTool, exiftoolPath } from 'exiftool-vendored';
import { z } from 'zod';
import { sleep } from '../../process/sleep.ts';
import { JobError, ToolUnavailable } from '../errors.ts';
import { abortable } from './abortable.ts';
import { findProgram } from './find-program.ts';
import type { Guard } from './guard.ts';
import { checkInputFile } from './input-file.ts';
import { killGroup } from './process-group.ts';
import { EXIFTOOL_LIMITS, limitArguments } from './resource-limits.ts';

const texts = z.array(z.string()).optional().catch(undefined);
const exifTags = z.looseObject({ errors: texts, warnings: texts });
/** Tag names without their groups; beside them `errors` and `warnings`, what exiftool has against the file. */
export type ExifTags = z.infer<typeof exifTags>;

export type ExifReader = {
  /**
   * Reads only the named tags. Throws ToolUnavailable without perl, `tool_failed` when the program gave up on the file
   * (it was too slow, too big, or printed too much); a file that says nothing is no fault.
   */
  read(path: string, tags: readonly string[], signal: AbortSignal): Promise<ExifTags>;
  /** Ends the process. Safe to call twice; a read after it starts a new one. */
  close(): Promise<void>;
};

const TAG = /^(?:[A-Za-z]+:)?[A-Z][A-Za-z]*#?$/;
const READ_DEADLINE_MS = 10_000;
const BROKEN_BY_FILE_MS = 1000;
const PROCESS_GONE_MS = 100;
/** All that one process may print between two reads that begin. Values of this size are no metadata but an attack. */
const OUTPUT_BYTES = 8 * 1024 * 1024;

/** One exiftool for all jobs of the process, started at the first read, behind the same limits as any other tool. */
export function createExifReader(deps: { guard: Guard; searchPath: string }): ExifReader {
  let running: Promise<ExifTool> | undefined;
  const printed = { bytes: 0 };

  return {
    async read(path, tags, signal) {
      signal.throwIfAborted();
      checkTags(tags);
      await checkInputFile(path);
      running ??= start(deps, printed);
      const exiftool = await running.catch((error: unknown) => {
        running = undefined;
        throw error;
      });
      printed.bytes = 0;
      try {
        return exifTags.parse(await abortable(ask(exiftool, path, tags), signal));
      } catch (cause) {
        signal.throwIfAborted();
        throw new JobError('exiftool could not read the file within its limits', { code: 'tool_failed', cause });
      }
    },
    async close() {
      const ending = running;
      running = undefined;
      const exiftool = await ending?.catch(() => undefined);
      await exiftool?.end();
    },
  };
}

/** The raw form asks for these tags alone; `read` would always add all others, and guess time zones. */
async function ask(exiftool: ExifTool, path: string, tags: readonly string[]): Promise<unknown> {
  const options = { readArgs: ['-fast', ...tags.map((tag) => `-${tag}`)] };
  const asked = performance.now();
  try {
    return await exiftool.readRaw(path, options);
  } catch (error) {
    // A file that breaks the process needs time for it. One that was dying when it was asked says nothing of the file.
    if (performance.now() - asked > BROKEN_BY_FILE_MS) throw error;
    // The pool needs a moment to see that it is gone, and would hand it the second question too.
    await sleep(PROCESS_GONE_MS);
    return exiftool.readRaw(path, options);
  }
}

/** exiftool takes a tag as it takes an option, and some options write. */
function checkTags(tags: readonly string[]): void {
  const wrong = tags.find((tag) => !TAG.test(tag));
  if (wrong === undefined) return;
  throw new JobError(`expected the name of a tag, got ${JSON.stringify(wrong)}`, { code: 'bad_tag' });
}

async function start(deps: { guard: Guard; searchPath: string }, printed: { bytes: number }): Promise<ExifTool> {
  const { guard, searchPath } = deps;
  const perl = await findProgram('perl', searchPath);
  if (perl === undefined)
    throw new ToolUnavailable('perl, which exiftool needs, is not installed: expected it in PATH');
  const limits = [...limitArguments(EXIFTOOL_LIMITS), guard.diesWithParent ? 'yes' : 'no'];
  const script = await exiftoolPath();
  return new ExifTool({
    // An empty -config keeps it from running a perl file that happens to lie in a home or working folder.
    processFactory: async () => {
      const args = [...limits, perl, script, '-config', '', '-stay_open', 'True', '-@', '-'];
      const child = spawn(guard.limited, args, { detached: true, stdio: 'pipe' });
      child.stdout.on('data', (chunk: Buffer) => {
        printed.bytes += chunk.length;
        if (printed.bytes > OUTPUT_BYTES && child.pid !== undefined) killGroup(child.pid);
      });
      return child;
    },
    checkPerl: false,
    killProcessGroup: true,
    maxProcs: 1,
    maxTasksPerProcess: 200,
    taskTimeoutMillis: READ_DEADLINE_MS,
    // A second try of a file that broke the first process would only break the next.
    taskRetries: 0,
    // The rules of the Metadata Working Group are for writing; loading them doubles the time of a read.
    useMWG: false,
  });
}
