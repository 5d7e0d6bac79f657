import { z } from 'zod';

/** What pg-boss's commands answer at run time; its published type is an empty object. */
const commandResponse = z.object({ affected: z.number(), settled: z.array(z.string()) });

/** The ids that a fenced command truly touched. Fails loudly when pg-boss stops saying so, because every fence hangs on it. */
export function settledIds(response: object): ReadonlySet<string> {
  return new Set(commandResponse.parse(response).settled);
}
