import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A secret that is generated once and kept in a file which only its owner may read; for development and single
 * machines, where nobody hands secrets to the process. Two processes that start together agree on one value.
 */
export async function keptSecret(dataDir: string, name: string, make: () => string = hex32): Promise<string> {
  const folder = join(dataDir, 'secrets');
  const path = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Written whole under a name of its own and then linked, so that nobody ever reads a half of it.
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}

function hex32(): string {
  return randomBytes(32).toString('hex');
}
