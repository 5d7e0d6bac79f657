import { z } from 'zod';

/** What the watching thread tells when the event loop turns again. */
export const stallReport = z.object({
  stalledMs: z.number(),
  /** Whose code ran when the thread looked; left out when it could not tell. */
  attempt: z.object({ job: z.string(), name: z.string(), attempt: z.number() }).optional(),
  /** Function, file and line that ran. */
  where: z.string().optional(),
});
export type StallReport = z.infer<typeof stallReport>;

/** Under this name the main thread keeps the function that says whose code runs. */
export const RUNNING_ATTEMPT = 'powernode.running-attempt';
export const BEAT_MS = 100;
export const STALLED_MS = 1_000;
