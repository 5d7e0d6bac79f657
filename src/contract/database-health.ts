import { z } from 'zod';
import { timestamp } from './fields.ts';

/** How the database behind the queues is, as far as it slows them down. */
export const databaseHealth = z.object({
  /** How long the oldest transaction holds back the clean-up of dead rows; null when none does. */
  oldestTransactionSeconds: z.number().nullable(),
  liveRows: z.number(),
  deadRows: z.number(),
  vacuumedAt: timestamp.optional(),
  /** The job table with its indexes. */
  bytes: z.number(),
  /** Connections of the API that answers: in use, asked for and not there yet, and at most. */
  pool: z.object({ used: z.number(), waiting: z.number(), most: z.number() }),
});
export type DatabaseHealth = z.infer<typeof databaseHealth>;
