import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readBenchPath } from './env.ts';

type Program = {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many jobs are left. */
  left(): Promise<number>;
};

/** Starts a worker process and gives jobs a second from the first job that it finished to the last. */
export async function measureProgram({ file, args = [], env = {}, left }: Program): Promise<number> {
  const all = await left();
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: readBenchPath(), ...env },
  });
  const deadline = performance.now() + 120_000;
  let first: { at: number; left: number } | undefined;
  for (;;) {
    const now = await left();
    const at = performance.now();
    if (first === undefined && now < all) first = { at, left: now };
    if (now === 0 && first !== undefined) {
      child.kill('SIGTERM');
      await once(child, 'exit');
      return (first.left * 1000) / (at - first.at);
    }
    if (child.exitCode !== null || at > deadline) throw new Error(`${file} ended or stalled with ${now} jobs left`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
