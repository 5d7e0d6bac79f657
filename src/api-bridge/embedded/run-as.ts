import { execFile, type SpawnOptions } from 'node:child_process';
import { chown, lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';

const run = promisify(execFile);

/** A way to start PostgreSQL that PostgreSQL accepts. The process that it starts is the server itself, not a wrapper of it. */
export type RunAs = {
  name: string;
  /** Who owns the cluster's files; undefined leaves them to the starting user. */
  owner: { uid: number; gid: number } | undefined;
  wrapper: string[];
  spawnOptions: SpawnOptions;
};

// The server needs nothing from our environment, and must not inherit secrets from it.
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Picks the first way that truly works here, by asking initdb to look around without writing, and by writing one file.
 *
 * PostgreSQL refuses to run as root. Ordered from the least power to the most: another user, where it can reach the
 * files; another user that may read (below a folder closed to others) but not write everywhere; a user namespace, in which
 * root's own files seem to belong to somebody else; another user that may pass every closed folder.
 */
export async function chooseRunAs(binaries: Binaries, dataDir: string, candidates?: RunAs[]): Promise<RunAs> {
  const isRoot = process.getuid?.() === 0;
  const refusals: string[] = [];
  for (const way of candidates ?? (await defaultWays(dataDir))) {
    const refusal = await probe(way, binaries, dataDir);
    if (refusal === undefined) return way;
    refusals.push(`${way.name}: ${refusal}`);
  }
  const reasons = [...new Set(refusals)].join('; ');
  throw new EmbeddedPostgresError(
    isRoot ? 'cannot_leave_root' : 'init_failed',
    isRoot
      ? `PostgreSQL refuses to run as root, and no other way worked for ${dataDir} (${reasons}). Run as an ordinary user, or set DATABASE_URL.`
      : `PostgreSQL could not use ${dataDir} (${reasons}).`,
  );
}

const asIs: RunAs = { name: 'as the starting user', owner: undefined, wrapper: [], spawnOptions: {} };

/** Every way that may work for the user who starts the program, best first. */
export async function defaultWays(dataDir: string): Promise<RunAs[]> {
  const ways = process.getuid?.() === 0 ? await waysToLeaveRoot(dataDir) : [asIs];
  return ways.flatMap(withParentDeathSignal);
}

export async function waysToLeaveRoot(dataDir: string): Promise<RunAs[]> {
  const owner = await unprivilegedUser(dataDir);
  const { uid, gid } = owner;
  const capable = (capability: string): RunAs => ({
    name: `setpriv with ${capability}`,
    owner,
    // PostgreSQL asks access(2) about its own binary; without this secure bit the kernel would forget the capability there.
    wrapper: [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--securebits=+no_setuid_fixup',
      '--',
    ],
    spawnOptions: {},
  });
  const switched: RunAs = { name: `user ${uid}`, owner, wrapper: [], spawnOptions: { uid, gid } };
  if (process.platform !== 'linux') return [switched];
  const namespace: RunAs = {
    name: 'user namespace',
    owner: { uid: 0, gid: 0 },
    wrapper: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'],
    spawnOptions: {},
  };
  return [switched, capable('dac_read_search'), namespace, capable('dac_override')];
}

/** Whoever owns the cluster already, else the system's postgres user, else nobody: initdb wants a user that has a name. */
async function unprivilegedUser(dataDir: string): Promise<{ uid: number; gid: number }> {
  const cluster = await lstat(join(dataDir, 'cluster')).catch(() => undefined);
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid };
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of ['postgres', 'nobody']) {
    const fields = passwd
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return { uid: 65534, gid: 65534 };
}

/** First with the kernel's promise that the server is told to stop when this process dies; then, where there is none, without. */
function withParentDeathSignal(way: RunAs): RunAs[] {
  if (process.platform !== 'linux') return [way];
  return [{ ...way, wrapper: [...way.wrapper, 'setpriv', '--pdeathsig', 'INT', '--'] }, way];
}

async function probe(way: RunAs, binaries: Binaries, dataDir: string): Promise<string | undefined> {
  const probeDir = join(dataDir, 'probe');
  try {
    await mkdir(probeDir, { recursive: true });
    await giveTo(way, probeDir);
    const script = '"$1" --show --username=powernode --pgdata="$2" >/dev/null && : >"$2/file" && rm "$2/file"';
    const command = wrap(way, 'sh', ['-c', script, 'sh', binaries.initdb, probeDir]);
    await run(command.file, command.args, { ...way.spawnOptions, env: environment, timeout: 10_000 });
    return undefined;
  } catch (error) {
    const text =
      error instanceof Error ? ('stderr' in error && String(error.stderr).trim()) || error.message : String(error);
    return text.split('\n').at(-1) ?? text;
  } finally {
    await rm(probeDir, { recursive: true, force: true });
  }
}

/** The command line of a program in this way, and what to spawn it with. */
export function wrap(
  way: RunAs,
  program: string,
  args: string[],
): { file: string; args: string[]; options: SpawnOptions } {
  const [file = program, ...rest] = [...way.wrapper, program, ...args];
  return { file, args: rest, options: { ...way.spawnOptions, env: environment } };
}

/** Hands a folder and all in it to the user that will run the server, when it is not that user's yet. */
export async function giveTo(way: RunAs, folder: string): Promise<void> {
  if (way.owner === undefined) return;
  const { uid, gid } = way.owner;
  const entry = await lstat(folder);
  if (entry.uid === uid && entry.gid === gid) return;
  if (entry.isDirectory()) {
    const names = await readdir(folder);
    for (const name of names) await giveTo(way, join(folder, name));
  }
  // The folder last: a kill half-way leaves its owner unchanged, and the next start goes through it again.
  if (!entry.isSymbolicLink()) await chown(folder, uid, gid);
}
