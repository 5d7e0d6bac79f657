import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess } from './process-identity.ts';

/**
 * Stops a server in PostgreSQL's own steps: fast (SIGINT: transactions are rolled back, everything is written), then
 * immediate (SIGQUIT: the next start recovers from the log), then by force. Resolves when the process is gone.
 */
export async function stopProcess(pid: number, deadlines: { fastMs: number; immediateMs: number }): Promise<void> {
  const identity = await identifyProcess(pid);
  if (identity === undefined) return;
  const steps = [
    ['SIGINT', deadlines.fastMs],
    ['SIGQUIT', deadlines.immediateMs],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, waitMs] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await isGone(pid, identity, waitMs)) return;
  }
}

async function isGone(pid: number, identity: string, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs;
  while (performance.now() < end) {
    if ((await identifyProcess(pid)) !== identity) return true;
    await delay(20);
  }
  return false;
}
