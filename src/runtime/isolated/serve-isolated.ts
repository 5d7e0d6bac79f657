import type { Outcome } from '../../contract/settlement.ts';
import {
  createRegistry,
  JobError,
  parsePayload,
  type JobDefinition,
  type PlatformClientPool,
} from '../../jobs/index.ts';
import { createBridgeClient } from '../../process/bridge-client.ts';
import type { FaultVerdict } from '../../process/circuit-breaker.ts';
import type { Circuits } from '../../process/circuits.ts';
import type { Logger } from '../../process/logger.ts';
import { VERSION } from '../../process/version.ts';
import { holdJob, type HeldJob } from '../held-job.ts';
import { openAttempt } from '../job-context.ts';
import { outcomeOfFault } from '../outcome.ts';
import { checkOutput } from '../output-check.ts';
import { toProcess, type FromProcess, type RunOrder } from './messages.ts';

export type IsolatedDeps = {
  readonly jobs: readonly JobDefinition[];
  readonly platform: PlatformClientPool;
  /** Made with tellVerdict, so that the worker counts what this process learns. */
  readonly circuits: Circuits;
  readonly log: Logger;
};

/**
 * Runs the one job that the worker orders over IPC, tells how it ended, and ends the process. It ends as well when the
 * worker is gone: nobody could settle what it does then.
 */
export function serveIsolated({ jobs, platform, circuits, log }: IsolatedDeps): void {
  const registry = createRegistry(jobs);
  let held: HeldJob | undefined;

  async function run(order: RunOrder): Promise<Outcome> {
    const { job, baseUrl, workerId, workdir } = order;
    const client = createBridgeClient({ baseUrl, userAgent: `PowernodeWorker/${VERSION}`, connections: 16 });
    held = reporting(holdJob(job, performance.now()));
    const definition = registry.find(job.name);
    if (definition?.circuit !== undefined) circuits.chosen(definition.circuit);
    for (const name of order.open) keepOpen(circuits, name);
    const metrics = {
      add: (sample: Extract<FromProcess, { type: 'metric' }>['sample']) => tell({ type: 'metric', sample }),
    };
    const folder = { path: async () => workdir, remove: async () => undefined };
    const attempt = openAttempt(
      { client, circuits, platform, workerId, log, metrics },
      held,
      folder,
      definition?.circuit,
    );
    try {
      if (definition === undefined) throw new JobError(`expected a job that this process knows, got ${job.name}`);
      const output = checkOutput(await definition.execute(attempt.context, parsePayload(definition, job.payload)));
      return { type: 'completed', ...(output === undefined ? {} : { output }) };
    } catch (error) {
      return outcomeOfFault(error, job.attempt, definition?.retry.kind);
    } finally {
      await attempt.close();
    }
  }

  process.on('disconnect', () => process.exit(1));
  process.on('message', (message) => {
    const order = toProcess.safeParse(message).data;
    if (order?.type === 'abort') held?.interrupt(order.kind, order.message);
    if (order?.type === 'run') {
      void run(order).then((outcome) => tell({ type: 'end', outcome }, () => process.exit(0)));
    }
  });
}

/** For the circuits of this process: how a call ended is counted where it outlives the process. */
export function tellVerdict(name: string, verdict: FaultVerdict): void {
  tell({ type: 'circuit', name, verdict });
}

/** What refuses calls in the worker refuses them here, for the whole of this short life. */
function keepOpen(circuits: Circuits, name: string): void {
  const circuit = circuits.named(name);
  for (let nth = circuit?.status().settings.failures ?? 0; nth > 0; nth -= 1) circuit?.record('down');
}

function tell(message: FromProcess, told: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, told);
}

/** Whose progress is told as soon as it is said, because the heartbeat is the worker's. */
function reporting(held: HeldJob): HeldJob {
  return Object.defineProperty(held, 'progress', {
    get: () => undefined,
    set(progress: HeldJob['progress']) {
      if (progress !== undefined) tell({ type: 'progress', progress });
    },
  });
}
