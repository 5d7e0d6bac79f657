import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPostmasterFile } from './postmaster-file.ts';
import { identifyProcess } from './process-identity.ts';

/** The connection string of the server that some process runs on this data folder right now; undefined when none does. */
export async function findRunningPostgres(dataDir: string): Promise<string | undefined> {
  const file = await readPostmasterFile(join(dataDir, 'cluster'));
  if (file?.isReady !== true || (await identifyProcess(file.pid)) === undefined) return undefined;
  const [port, password] = await Promise.all(
    ['port', 'password'].map((name) => readFile(join(dataDir, name), 'utf8').catch(() => '')),
  );
  if (!port || !password) return undefined;
  return connectionUrl({ port: Number(port), password: password.trim() }, 'powernode');
}

export function connectionUrl({ password, port }: { password: string; port: number }, database: string): string {
  return `postgres://powernode:${password}@127.0.0.1:${port}/${database}`;
}
