import { readFileSync } from 'node:fs';

const JIFFY_MS = 10;

/** CPU time that a process has used so far, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * JIFFY_MS;
}

/** Resident memory of a process in MB: now, or at its highest. */
export function residentMb(pid: number, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const found = new RegExp(`${which}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? Number.NaN) / 1024;
}

/** The share of one core that a process uses while `during` runs, in per cent. */
export async function corePercent(pid: number, during: () => Promise<void>): Promise<number> {
  const before = { cpu: cpuMs(pid), at: performance.now() };
  await during();
  return ((cpuMs(pid) - before.cpu) * 100) / (performance.now() - before.at);
}
