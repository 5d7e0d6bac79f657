import { z } from 'zod';
import { describeVariables, type VariableReport } from '../process/describe-env.ts';
import { parseEnv } from '../process/env.ts';
import { refuseDatabaseVariables, runtimeVariables } from '../runtime/index.ts';

/** What the worker process reads beside the variables of its two halves. */
export const workerVariables = z.object({
  WORKER_ROLE: z
    .enum(['all', 'runtime', 'web'])
    .default('all')
    .describe('what this process does: poll for jobs, serve the dashboard, or both'),
  WORKER_JOBS: z
    .string()
    .min(1)
    .optional()
    .describe('a module or folder with your own jobs, which this worker runs and the API accepts'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('least level logged'),
});

const schema = workerVariables.transform((env) => ({
  role: env.WORKER_ROLE,
  logLevel: env.LOG_LEVEL,
  jobsPath: env.WORKER_JOBS,
}));

export type WorkerEnv = Readonly<z.infer<typeof schema>> & {
  /**
   * Whether a process that only polls serves health and metrics too: when WEB_PORT is given. Not by default, so that any
   * number of such processes run on one machine without a port each.
   */
  readonly servesHealth: boolean;
};

type Source = Readonly<Record<string, string | undefined>>;

/** What is in force beside the dashboard's own variables, secrets masked. */
export function describeWorkerEnv(source: Source = process.env): VariableReport[] {
  return [workerVariables, runtimeVariables].flatMap((schema) => describeVariables(schema, source));
}

/** Throws DatabaseVariableFault whatever the role is: the dashboard holds no database credentials either. */
export function readWorkerEnv(source: Source = process.env): WorkerEnv {
  refuseDatabaseVariables(source);
  return Object.freeze({ ...parseEnv(schema, source), servesHealth: (source['WEB_PORT'] ?? '') !== '' });
}
