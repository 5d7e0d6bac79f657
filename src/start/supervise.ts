import { sleep } from '../process/sleep.ts';
import { startProgram, type Program, type ProgramOptions } from './program.ts';

export type Supervised = {
  current(): Program;
  /** From now on an unasked end is followed by a new start; before, it is the starter's to report. */
  keep(): void;
  /** SIGTERM, so that it drains; resolves when it is gone. Each further call asks again, which hurries it. */
  stop(): Promise<void>;
  kill(): void;
};

/** Keeps a process running once it was found to work: one that ends unasked is started again, and that is said. */
export function supervise(options: ProgramOptions, say: (line: string) => void): Supervised {
  const end = new AbortController();
  let program = startProgram(options);

  async function watch(): Promise<void> {
    const how = await program.exited;
    if (isStopped()) return;
    say(`The ${options.name} ended unasked (${how}; log: ${program.logFile}) and is started again.`);
    await sleep(1_000, end.signal);
    if (isStopped()) return;
    program = startProgram(options);
    await watch();
  }

  const isStopped = () => end.signal.aborted;
  return {
    current: () => program,
    keep: () => void watch(),
    stop: async () => {
      end.abort();
      if (!program.hasExited()) program.signal('SIGTERM');
      await program.exited;
    },
    kill: () => {
      end.abort();
      if (!program.hasExited()) program.signal('SIGKILL');
    },
  };
}
