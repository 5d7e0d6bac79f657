import { z } from 'zod';
import { timestamp } from './fields.ts';

/** One variable of a process as it is in force; secrets are masked before they leave it. */
export const variable = z.object({
  name: z.string(),
  value: z.string(),
  source: z.enum(['environment', 'default', 'generated', 'unset']),
});
export type Variable = z.infer<typeof variable>;

export const settings = z.object({
  variables: z.array(variable),
  versions: z.object({
    api: z.string(),
    node: z.string(),
    postgres: z.string(),
    queueSchema: z.number(),
    protocols: z.array(z.number()),
  }),
  /** Whether a commit is on disk when it is acknowledged. */
  synchronousCommit: z.string(),
  databaseBytes: z.number(),
  migrations: z.array(z.object({ name: z.string(), appliedAt: timestamp.optional() })),
});
export type Settings = z.infer<typeof settings>;
