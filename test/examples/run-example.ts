import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';

/** Fails, and says what must be there, when a program is absent: an example that was not run proves nothing. */
export function requireProgram(name: string, versionArgument = '--version'): void {
  const { error, status } = spawnSync(name, [versionArgument], { stdio: 'ignore' });
  if (error !== undefined || status !== 0) {
    throw new Error(`expected ${name} on the PATH, because this test runs an example that needs it; got none`);
  }
}

export type Running = {
  child: ChildProcess;
  output(): string;
  /** Sends the signal and waits for the end; gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
};

/** Starts an example with nothing but what its README names in its environment. */
export function runExample(command: string, parameters: string[], cwd: string, env: Record<string, string>): Running {
  const child = spawn(command, parameters, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lines = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      lines += chunk;
    });
  }
  const ended = once(child, 'close');
  return {
    child,
    output: () => lines,
    async end(signal) {
      child.kill(signal);
      const [code, by] = (await ended) as [number | null, NodeJS.Signals | null];
      return code ?? by ?? 'SIGKILL';
    },
  };
}
