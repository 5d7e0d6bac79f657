import type { Circuits } from '../process/circuits.ts';
import type { Logger } from '../process/logger.ts';
import type { Runtime } from '../runtime/index.ts';
import type { WebService } from '../web/index.ts';
import { describeWorkerEnv } from './env.ts';
import { runtimeMetrics } from './runtime-metrics.ts';

/**
 * The dashboard and the health of this process; beside a runtime it tells of that too. The web app is loaded only
 * where it is served, so that a process that polls carries none of it.
 */
export async function createWebHalf(
  log: Logger,
  runtime: Runtime | undefined,
  circuits: Circuits,
  healthOnly: boolean,
): Promise<WebService> {
  const { createWebService, describeWebEnv, readWebEnv } = await import('../web/index.ts');
  const env = readWebEnv();
  if (runtime === undefined) return createWebService({ env, log, circuits, healthOnly });
  const own = describeWebEnv();
  const names = new Set(own.map(({ name }) => name));
  const others = describeWorkerEnv().filter(({ name }) => name !== 'PATH' && !names.has(name));
  const { checks } = runtime;
  return createWebService({
    env,
    log,
    circuits,
    healthOnly,
    describeEnv: () => [...others, ...own],
    runtimeHealth: async () => checks.ready(),
    runtimeMetrics: () => runtimeMetrics(checks),
  });
}
