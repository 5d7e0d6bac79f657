import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NonRetryable, RetryAfter, type JobContext } from '../../../src/jobs/index.ts';
import { whenAborted } from '../../../src/process/sleep.ts';
import { job } from './start-runtime.ts';

const isolated = (name: string, handler: (ctx: JobContext, payload: any) => Promise<any>, memoryLimitMb = 256) =>
  job(name, handler, { isolate: 'process', memoryLimitMb });

const for_ever = () => {
  for (let round = 0; ; round += 1) if (round < 0) return;
};

export const isolatedJobs = [
  isolated('tells', async (ctx, { who }) => {
    ctx.progress(40, 'in another process');
    ctx.metrics.counter('told', 2);
    await writeFile(join(await ctx.workdir(), 'file'), 'x');
    return { who, pid: process.pid, folder: await ctx.workdir() };
  }),
  isolated('never', async () => {
    throw new NonRetryable('no cure', { code: 'incurable' });
  }),
  isolated('later', async () => {
    throw new RetryAfter(7, 'in a while');
  }),
  job(
    'calls what is down',
    (ctx) => ctx.circuit.run(() => Promise.reject(Object.assign(new Error('down'), { statusCode: 502 }))),
    { isolate: 'process', memoryLimitMb: 256, circuit: { name: 'isolated_partner', failures: 1 } },
  ),
  isolated('asks the API', async (ctx) => ctx.api.get('/anything')),
  isolated('crashes', async () => {
    setImmediate(() => {
      throw new TypeError('nobody catches this error');
    });
    await new Promise(() => setTimeout(() => undefined, 60_000));
  }),
  isolated('eats heap', async () => {
    const kept: unknown[] = [];
    for (;;) {
      kept.push(Array.from({ length: 10_000 }, (_, nth) => ({ nth })));
      if (kept.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }),
  isolated('eats buffers', async () => {
    const kept: Buffer[] = [];
    for (;;) {
      kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }),
  isolated('obeys', async (ctx) => {
    ctx.progress(1);
    await whenAborted(ctx.signal);
    throw ctx.signal.reason;
  }),
  isolated('blocks', async (ctx) => {
    const sleeper = spawn('sleep', ['300'], { stdio: 'ignore' });
    ctx.progress(1, String(sleeper.pid));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for_ever();
  }),
];
