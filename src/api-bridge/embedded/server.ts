import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sleep } from '../../process/sleep.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { wrap, type RunAs } from './run-as.ts';
import { settingArguments, type ServerSettings } from './settings.ts';
import { stopProcess } from './stop-process.ts';

export type ServerOptions = {
  binaries: Binaries;
  way: RunAs;
  directory: string;
  port: number;
  settings: ServerSettings | undefined;
  log: (line: string) => void;
};

export type Server = { pid: number; exited: Promise<void> };

/**
 * Starts one server and resolves when it accepts connections; rejects with its last words when it exits before. Crash
 * recovery may take long and has no deadline; the signal ends it.
 */
export async function startServer(options: ServerOptions, signal: AbortSignal): Promise<Server> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options, signal);
    } catch (error) {
      // The last processes of a killed server need a moment to notice that it is gone.
      const isLingering = error instanceof Error && error.message.includes('pre-existing shared memory block');
      if (!isLingering || tries >= 40 || signal.aborted) throw error;
      await sleep(250, signal);
    }
  }
}

async function startOnce(options: ServerOptions, signal: AbortSignal): Promise<Server> {
  const { binaries, way, directory, port, settings, log } = options;
  const command = wrap(way, binaries.postgres, ['-D', directory, ...settingArguments(port, settings)]);
  // A process group of its own: Ctrl-C in a terminal reaches the whole foreground group, and a drain still needs the server.
  const child = spawn(command.file, command.args, {
    ...command.options,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lastWords = followLog(child, log);
  const over = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => lastWords.push(error.message));
    // `close` rather than `exit`: only then has everything that the server said been read.
    child.once('close', () => {
      over.abort();
      resolve();
    });
  });
  await Promise.race([once(child, 'spawn'), exited]);
  const pid = child.pid ?? 0;
  const wake = AbortSignal.any([signal, over.signal]);
  while (!wake.aborted) {
    const state = await readPostmasterFile(directory);
    if (state?.pid === pid && state.isReady) return { pid, exited };
    await sleep(20, wake);
  }
  if (!over.signal.aborted) await stopProcess(pid, { fastMs: 10_000, immediateMs: 5_000 });
  const reason = signal.aborted ? 'it was told to stop' : lastWords.join(' ') || 'it said nothing';
  throw new EmbeddedPostgresError('start_failed', `PostgreSQL did not start: ${reason}`);
}

/** Passes every line on and keeps the last few that say why, for the error of a start that fails. */
function followLog(child: ChildProcess, log: (line: string) => void): string[] {
  const lastWords: string[] = [];
  if (child.stderr === null) return lastWords;
  createInterface({ input: child.stderr }).on('line', (line) => {
    log(line);
    if (/^(?:FATAL|PANIC|ERROR|HINT|LOG: {2}could not|setpriv|unshare)/.test(line)) lastWords.push(line);
    if (lastWords.length > 4) lastWords.shift();
  });
  return lastWords;
}
