import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { identifyProcess } from './process-identity.ts';

export type OwnerLock = { release(): Promise<void> };

const patienceMs = 5_000;

/**
 * Makes this process the one owner of a data folder. What a dead process left is cleared; a living owner is refused with
 * `data_dir_in_use`.
 *
 * Everyone who wants the folder first shows a file of its own and then looks for others: of two that come at once, the one
 * that looks later sees the other and withdraws, so there are never two owners. Taking over one shared file instead would
 * leave a moment between judging it dead and replacing it.
 */
export async function acquireOwnerLock(dataDir: string): Promise<OwnerLock> {
  const id = randomUUID();
  const wants = join(dataDir, `owner.wants.${id}`);
  const holds = join(dataDir, `owner.holds.${id}`);
  const started = performance.now();
  for (;;) {
    await showClaim(dataDir, wants);
    const rival = await livingRival(dataDir, id);
    if (rival === undefined) {
      await rename(wants, holds);
      return { release: () => rm(holds, { force: true }) };
    }
    await rm(wants, { force: true });
    if (rival.isHolder || performance.now() - started > patienceMs) {
      throw new EmbeddedPostgresError(
        'data_dir_in_use',
        `The data folder ${dataDir} is in use by process ${rival.pid}: stop that process, or set DATA_DIR to another folder.`,
      );
    }
    await delay(10 + Math.random() * 90);
  }
}

/** The claim appears complete or not at all, so that nobody reads half of one and takes its writer for dead. */
async function showClaim(dataDir: string, path: string): Promise<void> {
  const draft = join(dataDir, `draft.${randomUUID()}`);
  await writeFile(draft, `${process.pid} ${(await identifyProcess(process.pid)) ?? ''}\n`, { mode: 0o600 });
  await link(draft, path);
  await rm(draft, { force: true });
}

async function livingRival(dataDir: string, ownId: string): Promise<{ pid: string; isHolder: boolean } | undefined> {
  let rival: { pid: string; isHolder: boolean } | undefined;
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith('owner.') || name.endsWith(ownId)) continue;
    const path = join(dataDir, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const [pid = '', identity] = text.trim().split(' ');
    if (identity === undefined || (await identifyProcess(Number(pid))) !== identity) {
      await rm(path, { force: true });
    } else {
      const isHolder = name.startsWith('owner.holds.');
      if (isHolder || rival === undefined) rival = { pid, isHolder };
    }
  }
  return rival;
}
