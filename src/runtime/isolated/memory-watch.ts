import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export type MemoryWatch = { exceeded(): boolean; stop(): void };

const EVERY_MS = 200;

/**
 * Kills a process whose resident memory is over its limit. The heap's own limit does not know of buffers and native
 * memory. Where the system does not tell (it is read from /proc), only the heap's limit holds.
 */
export function watchMemory(child: ChildProcess, limitMb: number): MemoryWatch {
  let over = false;
  const timer = setInterval(() => {
    void residentMb(child.pid).then((mb) => {
      if (mb === undefined || mb <= limitMb || child.exitCode !== null) return;
      over = true;
      child.kill('SIGKILL');
    });
  }, EVERY_MS);
  return { exceeded: () => over, stop: () => clearInterval(timer) };
}

async function residentMb(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
