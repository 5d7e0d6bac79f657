import { z } from 'zod';

export const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string().optional(),
  ms: z.number().optional(),
});
export const health = z.object({
  status: z.enum(['ok', 'error']),
  version: z.string(),
  checks: z.array(check).optional(),
});
export type Health = z.infer<typeof health>;
