import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { giveTo, wrap, type RunAs } from './run-as.ts';

const run = promisify(execFile);

export type Cluster = { directory: string; password: string };

/**
 * Makes the cluster at the first start and finds it again later. It is made aside and moved into place at the end, so that a
 * start killed half-way leaves nothing that looks like a cluster. Called by the owner of the data folder only.
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, way: RunAs): Promise<Cluster> {
  const directory = join(dataDir, 'cluster');
  const version = await readOrUndefined(join(directory, 'PG_VERSION'));
  const password = await readOrUndefined(join(dataDir, 'password'));
  if (version === undefined) {
    const fresh = password ?? (await writePassword(dataDir));
    await createCluster(dataDir, directory, fresh, binaries, way);
    return { directory, password: fresh };
  }
  if (version !== binaries.majorVersion) {
    throw damaged(
      `${directory} was made by PostgreSQL ${version}, expected ${binaries.majorVersion}: dump it with the old version first`,
    );
  }
  if (password === undefined)
    throw damaged(`expected the password of ${directory} in ${dataDir}/password, got no such file`);
  await giveTo(way, directory);
  return { directory, password };
}

async function createCluster(dataDir: string, directory: string, password: string, binaries: Binaries, way: RunAs) {
  await removeDrafts(dataDir);
  // A folder without PG_VERSION is no cluster of ours; initdb would refuse it with its own words.
  if ((await readdir(directory).catch(() => [])).length > 0)
    throw damaged(`expected a PostgreSQL cluster in ${directory}, got other files`);
  const draft = join(dataDir, `cluster.new-${randomBytes(6).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await giveTo(way, draft);
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await giveTo(way, passwordFile);
    await initialise(draft, passwordFile, binaries, way);
    await rm(directory, { recursive: true, force: true });
    await rename(draft, directory);
    await syncFolder(dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function initialise(draft: string, passwordFile: string, binaries: Binaries, way: RunAs): Promise<void> {
  const command = wrap(way, binaries.initdb, [
    `--pgdata=${draft}`,
    '--username=powernode',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ]);
  try {
    await run(command.file, command.args, { ...command.options, timeout: 120_000 });
  } catch (cause) {
    const reason = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new EmbeddedPostgresError('init_failed', `PostgreSQL could not create its files in ${draft}: ${reason}`, {
      cause,
    });
  }
}

/** What a killed start left. Its initdb may still be at work there, so that what cannot be removed now stays for the next time. */
async function removeDrafts(dataDir: string): Promise<void> {
  const drafts = (await readdir(dataDir)).filter((name) => name.startsWith('cluster.new-'));
  for (const name of drafts) await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => undefined);
}

/** The password is on disk before any cluster knows it, so that a kill between the two leaves nothing locked. */
async function writePassword(dataDir: string): Promise<string> {
  const password = randomBytes(32).toString('base64url');
  const draft = join(dataDir, 'password.new');
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${password}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(dataDir, 'password'));
  await syncFolder(dataDir);
  return password;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function damaged(text: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError('data_dir_damaged', `The data folder cannot be used: ${text}.`);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
