import { z } from 'zod';

/** Where a job stands among those that enqueue each other. */
export const jobLineage = z.object({ root: z.string(), parent: z.string().optional(), depth: z.number().int().min(0) });
export type JobLineage = z.infer<typeof jobLineage>;

/**
 * What stands in a job's row: the producer's `name` and `payload`, and `meta`, which belongs to the API.
 * `released` counts how often the job went back without blame: pg-boss counts those claims too, we do not.
 */
export const jobEnvelope = z.object({
  name: z.string().min(1).max(200),
  payload: z.unknown().optional(),
  meta: z
    .looseObject({
      released: z.number().int().min(0).optional(),
      traceparent: z.string().optional(),
      producer: z.string().optional(),
      fingerprint: z.string().optional(),
      /** What a job that failed for good before its last attempt might have had; its row's limit had to be lowered for that. */
      maxAttempts: z.number().int().min(1).optional(),
      /** Only of a job that another one enqueued. */
      lineage: jobLineage.optional(),
      /** It was delayed once already because its key runs often. */
      delayed: z.boolean().optional(),
    })
    .optional(),
});
export type JobEnvelope = z.infer<typeof jobEnvelope>;

type Counts = { readonly retryCount: number; readonly retryLimit: number; readonly released: number };

/** The attempt as people count it, from 1: a release does not move it. */
export function attemptNumber({ retryCount, released }: Omit<Counts, 'retryLimit'>): number {
  return Math.max(1, retryCount + 1 - released);
}

/** The attempts that the job has in all, the first included. */
export function maxAttempts({ retryLimit, released }: Omit<Counts, 'retryCount'>): number {
  return Math.max(1, retryLimit + 1 - released);
}
