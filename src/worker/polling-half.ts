import { createJobs, loadJobs, readJobsEnv } from '../jobs/index.ts';
import type { Circuits } from '../process/circuits.ts';
import type { Service } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { createRuntime, readRuntimeEnv, type Runtime } from '../runtime/index.ts';

export type PollingHalf = {
  readonly runtime: Runtime;
  /** In the order of their start. */
  readonly services: readonly Service[];
};

/**
 * The runtime, and below it what its jobs share, which is closed once no job runs any more. Throws RegistryFault
 * with every fault of the user's own jobs.
 */
export async function createPollingHalf(
  log: Logger,
  circuits: Circuits,
  ownJobs: string | undefined,
): Promise<PollingHalf> {
  const own = ownJobs === undefined ? [] : await loadJobs(ownJobs);
  const jobs = createJobs(readJobsEnv(), (message) => log.warn(message));
  const runtime = createRuntime({ env: readRuntimeEnv(), jobs: [...jobs.definitions, ...own], circuits, log });
  const shared: Service = { name: 'jobs', start: async () => undefined, stop: () => jobs.close() };
  return { runtime, services: [shared, runtime] };
}
