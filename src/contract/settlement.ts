import { z } from 'zod';
import { delaySeconds, jobState, jsonObject, text, timestamp } from './fields.ts';
import { failureCategory } from './failure-category.ts';
import { LIMITS } from './limits.ts';

/** Output is small by contract: results that are large belong into storage, and the output names them. */
export const output = jsonObject.refine(
  (value) => new TextEncoder().encode(JSON.stringify(value)).length <= LIMITS.outputBytes,
  {
    error: `expected at most ${String(LIMITS.outputBytes)} bytes of JSON, got more`,
  },
);

export const failure = z.object({
  message: text(0, 20_000),
  code: text(0, 200).optional(),
  name: text(0, 200).optional(),
  stack: text(0, 50_000).optional(),
  /** Left out, the API finds it from the rest. */
  category: failureCategory.optional(),
});
export type Failure = z.infer<typeof failure>;

const lease = z.string().min(1).max(4096);

export const completeRequest = z.object({ lease, output: output.optional() });
export const failRequest = z.object({
  lease,
  error: failure,
  retry: z.boolean().optional(),
  retryInSeconds: delaySeconds.optional(),
});
export const releaseRequest = z.object({
  lease,
  reason: text(0, 500).optional(),
  delaySeconds: delaySeconds.optional(),
});

export const outcome = z.discriminatedUnion('type', [
  z.object({ type: z.literal('completed'), output: output.optional() }),
  z.object({
    type: z.literal('failed'),
    error: failure,
    retry: z.boolean().optional(),
    retryInSeconds: delaySeconds.optional(),
  }),
  z.object({ type: z.literal('released'), reason: text(0, 500).optional(), delaySeconds: delaySeconds.optional() }),
]);
/** How a run ended, as a value. */
export type Outcome = z.infer<typeof outcome>;

export const settlement = z.object({ jobId: z.string().max(200), lease, outcome });
export type Settlement = z.infer<typeof settlement>;

export const settleRequest = z.object({ settlements: z.array(settlement).min(1).max(LIMITS.settlements) });

export const verdict = z.enum(['accepted', 'already-accepted', 'superseded', 'gone', 'forbidden']);

export const settleResult = z.object({
  jobId: z.string(),
  verdict,
  state: jobState.optional(),
  runAt: timestamp.optional(),
});
export type SettleResult = z.infer<typeof settleResult>;

export const settled = z.object({
  verdict: z.enum(['accepted', 'already-accepted']),
  state: jobState,
  runAt: timestamp.optional(),
});
