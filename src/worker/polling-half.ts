import { createJobs, createPlatformClients, loadJobs, readJobsEnv } from '../jobs/index.ts';
import { CIRCUITS } from '../contract/circuits.ts';
import type { Circuits } from '../process/circuits.ts';
import type { Service } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { createRuntime, readRuntimeEnv, type Runtime } from '../runtime/index.ts';

/** Beside this file, whether it runs from source or built. */
const ISOLATED_PROGRAM = new URL(
  `./isolated-program.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url,
);

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
  const [jobsEnv, env] = [readJobsEnv(), readRuntimeEnv()];
  const jobs = createJobs(jobsEnv, (message) => log.warn(message));
  const { platformUrl: baseUrl, apiTimeoutMs: timeoutMs, mostRepeats, outboundAllow } = jobsEnv;
  const { tokenKey, workerId } = env;
  // Another server than the API gets another circuit: that it is down must not stop the jobs' calls to the API.
  const circuit =
    baseUrl === env.backendApiUrl ? circuits.get('backend_api') : circuits.own('platform_api', CIRCUITS.backend_api);
  const platform = createPlatformClients({
    baseUrl,
    tokenKey,
    workerId,
    circuits,
    circuit,
    timeoutMs,
    mostRepeats,
    outboundAllow,
  });
  const runtime = createRuntime({
    env,
    jobs: [...jobs.definitions, ...own],
    isolatedProgram: ISOLATED_PROGRAM,
    circuits,
    platform,
    log,
  });
  const shared: Service = {
    name: 'jobs',
    start: async () => undefined,
    async stop() {
      await Promise.all([jobs.close(), platform.close()]);
    },
  };
  return { runtime, services: [shared, runtime] };
}
