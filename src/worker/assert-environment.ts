import { readJobsEnv } from '../jobs/index.ts';
import { assertReadable } from '../process/env.ts';
import { readRuntimeEnv } from '../runtime/index.ts';
import type { WorkerEnv } from './env.ts';

/** Refuses an environment with the faults of both halves at once, before either of them starts. */
export async function assertEnvironment(role: WorkerEnv['role']): Promise<void> {
  const polling = role === 'web' ? [] : [readJobsEnv, readRuntimeEnv];
  const web = role === 'runtime' ? [] : [(await import('../web/index.ts')).readWebEnv];
  assertReadable(...[...polling, ...web].map((read) => () => read()));
}
