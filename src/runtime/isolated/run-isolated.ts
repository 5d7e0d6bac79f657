import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../../contract/settlement.ts';
import { JobError } from '../../jobs/index.ts';
import type { Circuits } from '../../process/circuits.ts';
import type { MetricsOutbox } from '../facilities/metrics-outbox.ts';
import type { HeldJob } from '../held-job.ts';
import { interruptionOf } from '../interruption.ts';
import type { Run } from '../middleware/compose.ts';
import { watchMemory } from './memory-watch.ts';
import { fromProcess, SettledElsewhere, type ToProcess } from './messages.ts';

export type IsolatedRunner = (run: Run) => Promise<unknown>;

type Deps = {
  /** Serves one run: see serve-isolated.ts. */
  readonly program: URL;
  readonly baseUrl: string;
  readonly workerId: string;
  readonly metrics: Pick<MetricsOutbox, 'add'>;
  readonly circuits: Pick<Circuits, 'named' | 'statuses'>;
  readonly graceMs: (held: HeldJob) => number;
};

const DEFAULT_LIMIT_MB = 512;
const STDERR_CHARACTERS = 8_000;
const LAST_WORDS_MS = 200;
/** Where it is there, the kernel ends the process when the worker dies, also one that no longer listens. */
const SETPRIV = '/usr/bin/setpriv';

/**
 * Runs a handler in a process of its own, which may block, crash or eat memory without harm to the other jobs. One
 * that ignores its abort is killed after the grace with all that it started. A crash fails the attempt with
 * `process_crashed`, too much memory with `out_of_memory`; both are retried by the job's policy.
 */
export function createIsolatedRunner({ program, baseUrl, workerId, metrics, circuits, graceMs }: Deps): IsolatedRunner {
  return async ({ held, definition, workdir }) => {
    const limitMb = definition.memoryLimitMb ?? DEFAULT_LIMIT_MB;
    const folder = await workdir.path();
    held.signal.throwIfAborted();
    const child = start(program, limitMb);
    const memory = watchMemory(child, limitMb);
    let stderr = '';
    let end: Outcome | undefined;
    let killing: NodeJS.Timeout | undefined;

    const send = (message: ToProcess) => {
      if (child.connected) child.send(message, () => undefined);
    };
    const abort = () => {
      const reason = interruptionOf(held.signal);
      send({ type: 'abort', kind: reason?.kind ?? 'cancelled', message: reason?.message ?? 'aborted' });
      killing = setTimeout(() => killTree(child), graceMs(held));
    };
    const onWorkerExit = () => killTree(child);
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_CHARACTERS)));
    child.on('message', (message) => {
      const told = fromProcess.safeParse(message).data;
      if (told?.type === 'progress') held.progress = told.progress;
      if (told?.type === 'circuit') circuits.named(told.name)?.record(told.verdict);
      if (told?.type === 'metric') metrics.add(told.sample);
      if (told?.type === 'end') end = told.outcome;
    });
    process.once('exit', onWorkerExit);
    held.signal.addEventListener('abort', abort, { once: true });
    try {
      const open = circuits
        .statuses()
        .flatMap(({ name }) => (circuits.named(name)?.refusal() === undefined ? [] : name));
      send({ type: 'run', job: held.job, baseUrl, workerId, workdir: folder, open });
      const exit = await ended(child);
      if (end?.type === 'completed') return end.output;
      if (end !== undefined) throw new SettledElsewhere(end);
      throw memory.exceeded() || /heap out of memory/.test(stderr)
        ? new JobError(`expected the job to stay within ${limitMb} MiB, its process did not`, { code: 'out_of_memory' })
        : new JobError(`the process of the job ended with ${exit}: ${lastLine(stderr)}`, { code: 'process_crashed' });
    } finally {
      held.signal.removeEventListener('abort', abort);
      process.removeListener('exit', onWorkerExit);
      clearTimeout(killing);
      memory.stop();
      killTree(child);
    }
  };
}

function start(program: URL, limitMb: number): ChildProcess {
  const node = [`--max-old-space-size=${limitMb}`];
  const dying = existsSync(SETPRIV)
    ? { execPath: SETPRIV, execArgv: ['--pdeathsig', 'KILL', process.execPath, ...node] }
    : { execArgv: node };
  // A group of its own, so that what the handler starts is killed with it.
  return fork(fileURLToPath(program), [], { ...dying, detached: true, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
}

/** Resolves with what ended it, in words. What it had started may keep its standard error open, so only a moment is waited. */
function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`not even a start (${error.message})`));
    child.once('exit', (code, signal) => {
      const how = signal ?? `code ${code ?? 'unknown'}`;
      child.once('close', () => resolve(how));
      setTimeout(() => resolve(how), LAST_WORDS_MS);
    });
  });
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left of it.
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
