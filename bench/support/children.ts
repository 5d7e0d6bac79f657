import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readBenchPath } from './env.ts';

const alive = new Set<ChildProcess>();

export type Start = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

/** Starts a program that dies with the bench at the latest. What it prints on its standard output is for the caller. */
export function startChild(command: string, { args = [], env = {}, cwd }: Start = {}): ChildProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: readBenchPath(), ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** Asks a program to end, and ends it when it does not within the time. */
export async function stopChild(child: ChildProcess, graceMs = 3_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(force);
}

/** For when the bench itself is told to end: whatever waits for one of them then fails. */
export function killChildren(): void {
  for (const child of alive) child.kill('SIGKILL');
}
