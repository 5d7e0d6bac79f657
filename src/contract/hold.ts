import { z } from 'zod';
import { timestamp } from './fields.ts';

/** Why a job that is due does not run: nobody able is there, its key runs in a loop, or enough of its key run already. */
export const holdKind = z.enum(['labels', 'runaway', 'concurrency']);
export type HoldKind = z.infer<typeof holdKind>;

export const HOLD_CODES = {
  labels: 'no_capable_worker',
  runaway: 'runaway_loop_detected',
  concurrency: 'concurrency_limit',
} as const satisfies Record<HoldKind, string>;

/** What a reader of one job is told while it stands aside. */
export const jobHold = z.object({
  kind: holdKind,
  code: z.enum(HOLD_CODES),
  key: z.string(),
  message: z.string(),
  since: timestamp,
  until: timestamp.optional(),
});
export type JobHold = z.infer<typeof jobHold>;
