import type { Supervised } from './supervise.ts';

/**
 * Turns signals into an orderly end: the first stops the worker, then the API (which stops its database). A second one hurries
 * whoever is being stopped, a third one kills. The same signal from the terminal and from npm within a moment counts once.
 */
export function createShutdown(say: (line: string) => void) {
  const begun = new AbortController();
  const programs: Supervised[] = [];
  let stopping: Promise<void> | undefined;
  let presses = 0;
  let lastAt = -Infinity;

  async function stopInOrder(): Promise<void> {
    for (const program of programs.toReversed()) await program.stop();
  }

  function onSignal(): void {
    if (performance.now() - lastAt < 700) return;
    lastAt = performance.now();
    presses += 1;
    if (presses === 1) {
      say('Draining: the worker first, then the API. Press Ctrl-C again to hurry.');
      begun.abort();
    } else if (presses === 2) {
      say('Hurrying.');
      for (const program of programs.toReversed()) void program.stop();
    } else {
      for (const program of programs) program.kill();
    }
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    signal: begun.signal,
    /** Stopped after, that is before, those added earlier. */
    add: (program: Supervised) => void programs.push(program),
    stop: () => (stopping ??= stopInOrder()),
  };
}
