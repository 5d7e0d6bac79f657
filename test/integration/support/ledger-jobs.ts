// Jobs of real worker processes that write down what they do, in a file that all of them append to.
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob } from '../../../src/jobs/authoring.ts';

const common = { ledger: z.string(), workMs: z.number() };
const work = z.object(common);
const keyed = z.object({ ...common, key: z.string(), nth: z.number() });

export const ledgerWork = defineJob({
  name: 'ledger.work',
  queue: 'services',
  payload: work,
  async execute(ctx, { ledger, workMs }) {
    await note(ledger, 'start', ctx.job.id);
    await sleep(workMs, undefined, { signal: ctx.signal });
    await note(ledger, 'end', ctx.job.id);
    return { by: process.pid };
  },
});

export const ledgerLock = defineJob({
  name: 'ledger.lock',
  queue: 'services',
  payload: keyed,
  execute: (ctx, { ledger, workMs, key }) =>
    ctx.lock(key, { ttlSeconds: 20, waitSeconds: 60 }, async () => {
      await note(ledger, 'start', key);
      await sleep(workMs);
      await note(ledger, 'end', key);
      return { by: process.pid };
    }),
});

export const ledgerOnce = defineJob({
  name: 'ledger.once',
  queue: 'services',
  payload: keyed,
  execute: (ctx, { ledger, workMs, key }) =>
    ctx.idempotency.once(key, async () => {
      await note(ledger, 'start', key);
      await sleep(workMs);
      return { by: process.pid, job: ctx.job.id };
    }),
});

/** One line, written at once: what several processes append does not mix. */
async function note(ledger: string, what: 'start' | 'end', of: string): Promise<void> {
  await appendFile(
    ledger,
    `${JSON.stringify({ what, of, atNs: String(process.hrtime.bigint()), pid: process.pid })}\n`,
  );
}
