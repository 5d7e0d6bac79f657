import { sleep } from '../process/sleep.ts';
import { lastWords, type Program } from './program.ts';
import { StartFault } from './start-fault.ts';

/** Waits until the process says that it can work; its death or a passed deadline is a fault with its last words. */
export async function untilReady(program: Program, url: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (signal.aborted) throw new StartFault('Stopped before everything had started.');
    if (program.hasExited()) throw new StartFault(`The ${program.name} did not start: ${await lastWords(program)}`);
    if (await answersOk(url)) return;
    if (performance.now() > end) {
      const reason = await lastWords(program);
      throw new StartFault(
        `The ${program.name} was not ready after ${timeoutMs / 1000} s: ${reason} (log: ${program.logFile})`,
      );
    }
    await Promise.race([sleep(100, signal), program.exited]);
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
