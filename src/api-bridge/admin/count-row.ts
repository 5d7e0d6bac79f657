import { z } from 'zod';

/** One queue's jobs by state, as both ways of counting answer. */
export const countRow = z.object({
  name: z.string(),
  ready: z.number(),
  waiting: z.number(),
  retry: z.number(),
  active: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  oldestReadySeconds: z.number().nullable(),
});
export type CountRow = z.infer<typeof countRow>;
