import { once } from 'node:events';
import { startChild, stopChild } from './children.ts';

type Program = {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many jobs were waiting when it started. */
  readonly waiting: number;
  /** How many are neither done nor gone yet. */
  left(): Promise<number>;
};

const WINDOW_MS = 6_000;
const LOOK_MS = 500;

/**
 * Starts a worker process and gives the jobs that were settled a second, counted where they are kept and not by the
 * program: from its first handler for a few seconds, or until nothing is left.
 */
export async function measureProgram({ file, args = [], env = {}, waiting, left }: Program): Promise<number> {
  const child = startChild(process.execPath, { args: [file, ...args], env });
  try {
    // Every program prints a line when its first handler runs.
    await Promise.race([once(child.stdout ?? child, 'data'), endOf(child, file)]);
    const startedAt = performance.now();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const remaining = await left();
      const elapsedMs = performance.now() - startedAt;
      if (remaining === 0 || elapsedMs >= WINDOW_MS) return ((waiting - remaining) * 1000) / elapsedMs;
      if (child.exitCode !== null) throw new Error(`${file} ended with ${String(remaining)} jobs left`);
    }
  } finally {
    await stopChild(child);
  }
}

async function endOf(child: ReturnType<typeof startChild>, file: string): Promise<never> {
  await once(child, 'exit');
  throw new Error(`${file} ended before it ran a job`);
}
