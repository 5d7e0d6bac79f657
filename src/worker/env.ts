import { z } from 'zod';
import { parseEnv } from '../process/env.ts';
import { refuseDatabaseVariables } from '../runtime/index.ts';

const schema = z
  .object({
    /** What this process does: poll for jobs, serve the dashboard, or both. */
    WORKER_ROLE: z.enum(['all', 'runtime', 'web']).default('all'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  })
  .transform((env) => ({ role: env.WORKER_ROLE, logLevel: env.LOG_LEVEL }));

export type WorkerEnv = Readonly<z.infer<typeof schema>>;

/** Throws DatabaseVariableFault whatever the role is: the dashboard holds no database credentials either. */
export function readWorkerEnv(source: Readonly<Record<string, string | undefined>> = process.env): WorkerEnv {
  refuseDatabaseVariables(source);
  return Object.freeze(parseEnv(schema, source));
}
