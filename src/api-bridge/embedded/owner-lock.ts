import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { identifyProcess } from './process-identity.ts';

export type OwnerLock = { release(): Promise<void> };

/**
 * Makes this process the one owner of a data folder. A lock left by a process that is gone is taken over; a lock of a living
 * one is refused with `data_dir_in_use`. The file appears complete or not at all, so a reader never sees half of it.
 */
export async function acquireOwnerLock(dataDir: string): Promise<OwnerLock> {
  const path = join(dataDir, 'owner');
  const mine = `${process.pid} ${(await identifyProcess(process.pid)) ?? 'unknown'} ${randomUUID()}\n`;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      if (await claim(draft, path)) return { release: () => releaseIfMine(path, mine) };
      await clearIfStale(path, dataDir);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function claim(draft: string, path: string): Promise<boolean> {
  return link(draft, path).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    },
  );
}

async function clearIfStale(path: string, dataDir: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  if (held === undefined) return;
  const [pid, identity] = held.trim().split(' ');
  if (pid !== undefined && (await identifyProcess(Number(pid))) === identity) {
    throw new EmbeddedPostgresError(
      'data_dir_in_use',
      `The data folder ${dataDir} is in use by process ${pid}: stop that process, or set DATA_DIR to another folder.`,
    );
  }
  // Moved away first and looked at again: had another process taken over meanwhile, its lock is put back.
  const aside = `${path}.${randomUUID()}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== held) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function releaseIfMine(path: string, mine: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  if (held === mine) await rm(path, { force: true });
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
