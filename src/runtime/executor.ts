import type { CircuitChoice } from '../contract/circuits.ts';
import type { JobDefinition, JobRegistry } from '../jobs/index.ts';
import { JobError } from '../jobs/index.ts';
import type { Circuits } from '../process/circuits.ts';
import { sleep } from '../process/sleep.ts';
import type { HeldJob } from './held-job.ts';
import type { IsolatedRunner } from './isolated/run-isolated.ts';
import type { OpenAttempt } from './job-context.ts';
import { interruptionOf } from './interruption.ts';
import { awaitCircuit } from './middleware/await-circuit.ts';
import { checkPayload } from './middleware/check-payload.ts';
import { compose, type Run } from './middleware/compose.ts';
import { enforceTimeout } from './middleware/enforce-timeout.ts';
import { logAttempt } from './middleware/log-attempt.ts';
import { removeWorkdir } from './middleware/workdir.ts';
import { endOfInterruption, outcomeOfFault, type RunEnd } from './outcome.ts';
import { checkOutput } from './output-check.ts';
import type { StallWatch } from './stall/stall-watch.ts';
import type { Workdir } from './workdirs.ts';

export type RunOver = {
  /** How the run ends for the bridge. */
  readonly end: RunEnd;
  /** The handler had not returned: its result will be refused, its slot stays taken until it does. */
  readonly givenUp: boolean;
};

export type Execution = {
  /** Never rejects. */
  readonly over: Promise<RunOver>;
  /** When the handler's code has really returned, which may be later than `over`. Never rejects. */
  readonly returned: Promise<void>;
};

export type Executor = { run(held: HeldJob): Execution };

export type ExecutorDeps = {
  readonly registry: JobRegistry;
  readonly workdirFor: (held: HeldJob) => Workdir;
  readonly openAttempt: (held: HeldJob, workdir: Workdir, choice?: CircuitChoice) => OpenAttempt;
  readonly circuits: Pick<Circuits, 'chosen'>;
  /** How long an interrupted handler may take to return before its result is given up. */
  readonly graceMs: (held: HeldJob) => number;
  readonly runIsolated: IsolatedRunner;
  /** Runs a handler so that whoever blocks the process can be named. */
  readonly naming: StallWatch['naming'];
  readonly now: () => number;
};

/**
 * Runs a claimed job: definition → context → onion → handler → RunEnd, and never throws.
 *
 * A handler that ignores its signal is given up after a grace: its end is told to the bridge and whatever it returns
 * later is refused. JavaScript cannot stop it, so `returned` stays open and its slot taken: a process that ran such
 * handlers on the side would claim work that it has no capacity for.
 */
export function createExecutor(deps: ExecutorDeps): Executor {
  const layers = [awaitCircuit(deps.circuits), logAttempt(deps.now), removeWorkdir, enforceTimeout, checkPayload];
  const onion = compose(layers, async (run) => {
    if (run.definition.isolate === 'process') return deps.runIsolated(run);
    const { id: job, name, attempt } = run.context.job;
    return deps.naming({ job, name, attempt }, () => run.definition.execute(run.context, run.payload));
  });

  return {
    run(held) {
      const opened: OpenAttempt[] = [];
      const working = work(held, opened);
      return {
        over: waitFor(held, working).finally(() => Promise.all(opened.map((attempt) => attempt.close()))),
        returned: working.then(() => undefined),
      };
    },
  };

  async function work(held: HeldJob, opened: OpenAttempt[]): Promise<RunEnd> {
    try {
      const output = checkOutput(await onion(prepare(held, opened)));
      return endOfReturn(held, output);
    } catch (error) {
      const interruption = interruptionOf(held.signal);
      if (interruption !== undefined) return endOfInterruption(interruption);
      return outcomeOfFault(error, held.job.attempt, deps.registry.find(held.job.name)?.retry.kind);
    }
  }

  function prepare(held: HeldJob, opened: OpenAttempt[]): Run {
    const definition = findDefinition(deps.registry, held);
    const workdir = deps.workdirFor(held);
    const attempt = deps.openAttempt(held, workdir, definition.circuit);
    opened.push(attempt);
    return { held, definition, workdir, context: attempt.context, log: attempt.log, payload: held.job.payload };
  }

  /** Waits for the handler; once it was interrupted, for a grace only. */
  async function waitFor(held: HeldJob, working: Promise<RunEnd>): Promise<RunOver> {
    if (await returnsUninterrupted(working, held.signal)) return { end: await working, givenUp: false };
    const returned = new AbortController();
    void working.then(() => returned.abort());
    await sleep(deps.graceMs(held), returned.signal);
    const interruption = interruptionOf(held.signal);
    if (returned.signal.aborted || interruption === undefined) return { end: await working, givenUp: false };
    return { end: endOfInterruption(interruption), givenUp: true };
  }
}

/** Which comes first, the end of the work or the abort; leaves no listener behind. */
function returnsUninterrupted(working: Promise<RunEnd>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const onAbort = () => resolve(false);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    void working.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
  });
}

/** Work that is done counts, also when it was asked to stop meanwhile; only a time-out or a lost job refuses it. */
function endOfReturn(held: HeldJob, output: Record<string, unknown> | undefined): RunEnd {
  const interruption = interruptionOf(held.signal);
  if (interruption?.kind === 'timeout' || interruption?.kind === 'cancelled' || interruption?.kind === 'lost') {
    return endOfInterruption(interruption);
  }
  return { type: 'completed', ...(output === undefined ? {} : { output }) };
}

/** Not a lasting fault by itself: while a fleet is being updated, another worker may know the job already. */
function findDefinition(registry: JobRegistry, { job }: HeldJob): JobDefinition {
  const definition = registry.find(job.name);
  if (definition !== undefined) return definition;
  throw new JobError(`expected a job that this worker knows, got ${job.name}`, { code: 'unknown_job' });
}
