import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';
import { RATES_URL } from './env.ts';

const rates = z.record(z.string(), z.number());

/**
 * Asks somebody else, behind a circuit of its own: three failures in a row, and all jobs that name it wait for half a
 * minute without burning an attempt. Then one of them tries, and opens the way for the others or waits again.
 */
export const fetchRates = defineJob({
  name: 'examples.fetch-rates',
  queue: 'integrations',
  payload: z.object({ currency: z.string().length(3) }),
  circuit: { name: 'rates', failures: 3, recoverySeconds: 30, timeoutSeconds: 10 },
  async execute(ctx, { currency }) {
    const found = await ctx.circuit.run(async (signal) => {
      const answer = await fetch(RATES_URL, { signal });
      // From 500 on the status counts against the circuit; below it somebody is there, whatever they say.
      if (!answer.ok) throw Object.assign(new Error(`the rates answered ${answer.status}`), { status: answer.status });
      return rates.parse(await answer.json());
    });
    return { currency, rate: found[currency] ?? null };
  },
});
