import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/**
 * Computes without a pause, in a process of its own: it blocks nobody's event loop, a crash fails this attempt and
 * nothing else, and over its memory limit it is killed with the code `out_of_memory`.
 */
export const countPrimes = defineJob({
  name: 'examples.count-primes',
  queue: 'reports',
  payload: z.object({ below: z.number().int().max(10_000_000) }),
  isolate: 'process',
  memoryLimitMb: 256,
  timeoutSeconds: 60,
  async execute(ctx, { below }) {
    const primes = await ctx.step.run('primes', async () => count(below));
    ctx.log.info({ primes }, 'counted');
    return { primes, pid: process.pid, megabytes: Math.round(process.memoryUsage.rss() / 1024 ** 2) };
  },
});

function count(below: number): number {
  const composite = new Uint8Array(below);
  let primes = 0;
  for (let n = 2; n < below; n += 1) {
    if (composite[n] === 1) continue;
    primes += 1;
    for (let multiple = n * n; multiple < below; multiple += n) composite[multiple] = 1;
  }
  return primes;
}
