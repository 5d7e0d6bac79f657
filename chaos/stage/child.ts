import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inherited } from '../env.ts';

export const ROOT = join(import.meta.dirname, '../..');

export type Child = {
  readonly process: ChildProcess;
  output(): string;
  hasEnded(): boolean;
  /** Sends the signal and waits for the end; one that does not end within 40 s of being asked is killed. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** SIGSTOP, and SIGCONT after so long. */
  freeze(ms: number): Promise<void>;
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(1));

/** Starts a program of this project from its sources, with a clean environment. None outlives this process. */
export function startChild(program: string, env: Record<string, string>, preload: readonly string[] = []): Child {
  const imports = preload.flatMap((file) => ['--import', join(ROOT, file)]);
  const child = spawn(process.execPath, [...imports, join(ROOT, program)], {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let lines = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      lines = (lines + chunk).slice(-8_000);
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    process: child,
    output: () => lines,
    hasEnded,
    async end(signal) {
      if (hasEnded()) return;
      const ended = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), 40_000);
      await ended;
      clearTimeout(impatience);
    },
    async freeze(ms) {
      child.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, ms));
      child.kill('SIGCONT');
    },
  };
}
