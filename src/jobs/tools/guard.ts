import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ToolUnavailable } from '../errors.ts';
import { isExecutable } from './find-program.ts';

/** The scripts that child processes are started through, and what this system lets them do. */
export type Guard = {
  /** libexec/limited: any program under limits. */
  readonly limited: string;
  /** libexec/guarded-media: ffmpeg and ffprobe for fluent-ffmpeg. */
  readonly media: string;
  /** A process group of its own for a child that fluent-ffmpeg starts. */
  readonly ownGroup: boolean;
  /** The kernel kills the child when this process dies. */
  readonly diesWithParent: boolean;
  /** Memory, CPU time and file size are held by the kernel. */
  readonly limits: boolean;
};

export type Warn = (message: string) => void;

const run = promisify(execFile);
const ABILITIES = `
setsid true 2>/dev/null && echo own-group
setpriv --pdeathsig KILL true 2>/dev/null && echo dies-with-parent
(ulimit -v 8388608 && ulimit -t 3600 && ulimit -f 8388608) 2>/dev/null && echo limits
exit 0`;

/**
 * Finds the scripts and asks the system once what it can do. What is missing is said in one warning and done without:
 * deadlines and aborts hold everywhere.
 */
export async function prepareGuard(warn: Warn): Promise<Guard> {
  const folder = scriptFolder(import.meta.dirname);
  const [limited, media] = [join(folder, 'limited'), join(folder, 'guarded-media')];
  await Promise.all([makeExecutable(limited), makeExecutable(media)]);
  const { stdout } = await run('/bin/sh', ['-c', ABILITIES]);
  const can = new Set(stdout.split('\n'));
  const guard: Guard = {
    limited,
    media,
    ownGroup: can.has('own-group'),
    diesWithParent: can.has('dies-with-parent'),
    limits: can.has('limits'),
  };
  const missing = [
    ...(guard.limits ? [] : ['limits of memory and CPU time (ulimit)']),
    ...(guard.ownGroup ? [] : ['process groups (setsid)']),
    ...(guard.diesWithParent ? [] : ['an end together with this process (setpriv --pdeathsig)']),
  ];
  if (missing.length > 0) warn(`media tools run with deadlines but without: ${missing.join(', ')}`);
  return guard;
}

/** The folder stands beside both src and dist, so it is looked for upwards. */
function scriptFolder(from: string): string {
  const candidate = join(from, 'libexec');
  if (existsSync(join(candidate, 'guarded-media'))) return candidate;
  if (dirname(from) === from) {
    throw new ToolUnavailable('expected the folder libexec with the script guarded-media beside the program, got none');
  }
  return scriptFolder(dirname(from));
}

/** An archive or a copy may have lost the mode that git keeps. */
async function makeExecutable(script: string): Promise<void> {
  if (await isExecutable(script)) return;
  await chmod(script, 0o755).catch(() => undefined);
  if (!(await isExecutable(script))) {
    throw new ToolUnavailable(`expected an executable script, got one that may not be run: ${script}`);
  }
}
