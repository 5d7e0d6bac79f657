import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './env.ts';

export type ProgramOptions = {
  name: string;
  /** Below dist, e.g. `worker/main.js`. */
  module: string;
  environment: Environment;
  logFile: string;
};

export type Program = {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process is gone, with how it went. */
  readonly exited: Promise<string>;
  hasExited(): boolean;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
};

const LONG_LOG_BYTES = 10 * 1024 * 1024;

/**
 * Starts one of the system's processes with its log in a file. It stands in a process group of its own, so that a Ctrl-C in
 * the terminal reaches it only through `signal`, in the right order; where the kernel can do it, it is told to stop when this
 * process is killed.
 */
export function startProgram({ name, module, environment, logFile }: ProgramOptions): Program {
  const log = openLog(logFile);
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const [command, ...args] = [
    ...(endsWithParent() ? ['setpriv', '--pdeathsig', 'TERM', '--'] : []),
    process.execPath,
    path,
  ];
  const child = spawn(command, args, { detached: true, env: environment, stdio: ['ignore', log, log] });
  closeSync(log);
  let isOver = false;
  const exited = new Promise<string>((resolve) => {
    const end = (how: string) => {
      isOver = true;
      resolve(how);
    };
    child.once('error', (error) => {
      end(error.message);
    });
    child.once('exit', (code, signal) => {
      end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });
  return {
    name,
    pid: child.pid ?? 0,
    logFile,
    exited,
    hasExited: () => isOver,
    signal: (signal) => void child.kill(signal),
  };
}

/** Appended to, because a start that is refused must not empty the log of the one that runs; an old long one is put aside. */
function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > LONG_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

let canEndWithParent: boolean | undefined;

function endsWithParent(): boolean {
  canEndWithParent ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' }).status === 0;
  return canEndWithParent;
}

/** The last thing that a process said, in one line: the message of its last log record, or its last line of text. */
export async function lastWords({ logFile }: Pick<Program, 'logFile'>): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n');
  // A crash dumps its stack and its fields after the one line that says what happened.
  const dump = lines.slice(lines.findLastIndex((line) => line.startsWith('{"')) + 1);
  const crash = dump.find((line) => /^\w*Error\b[^{]*: /.test(line));
  const said =
    crash ??
    lines
      .toReversed()
      .map(messageOf)
      .find((line) => line !== '');
  return said ?? `it said nothing; see ${logFile}`;
}

function messageOf(line: string): string {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== 'object' || record === null) return line;
    const message = 'msg' in record ? String(record.msg) : '';
    const error = 'err' in record && typeof record.err === 'object' && record.err !== null ? record.err : {};
    return 'message' in error && error.message !== message ? `${message}: ${String(error.message)}` : message;
  } catch {
    // A stack's lines say where; the line before them says what.
    return /^\s+at |^Node\.js v|^\s*[\^}]?$/.test(line) ? '' : line.trim();
  }
}
