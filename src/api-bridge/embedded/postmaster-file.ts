import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, identifyProcess } from './process-identity.ts';
import { stopProcess } from './stop-process.ts';

/** What the server writes about itself into its data folder; it is how pg_ctl knows when a server is ready. */
export type PostmasterFile = { pid: number; isReady: boolean };

export async function readPostmasterFile(directory: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * Clears what an earlier owner left behind after a kill. Called by the present owner of the data folder, so a server that
 * still runs here has lost its parent: it is stopped rather than adopted, because its settings, its log and its death would
 * be out of our hands. A stale file is removed, because its process id may by now belong to another program, or to a dead
 * process that nobody collected, and PostgreSQL would take either for a running server. That is safe: processes that still
 * use the cluster's shared memory are found without the file.
 */
export async function clearPredecessor(directory: string, log: (line: string) => void): Promise<void> {
  const left = await readPostmasterFile(directory);
  if (left === undefined) return;
  const command = (await identifyProcess(left.pid)) === undefined ? '' : await commandLine(left.pid);
  if (command.includes('postgres') && command.includes(directory)) {
    log(`stopping server ${left.pid}, which an earlier process left behind`);
    await stopProcess(left.pid, { fastMs: 20_000, immediateMs: 5_000 });
  }
  await rm(join(directory, 'postmaster.pid'), { force: true });
}
