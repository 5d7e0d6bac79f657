import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../process/logger.ts';

/** The folder of one attempt. */
export type Workdir = {
  /** Made at the first call; rejects once the attempt has ended. */
  path(): Promise<string>;
  /** Never throws: a folder that cannot be removed is logged and swept at the next start. */
  remove(): Promise<void>;
};

export type Workdirs = {
  /** Removes what earlier processes of this host left behind when they were killed. */
  sweep(): Promise<void>;
  forAttempt(name: string): Workdir;
  /** Removes this process's own root. */
  close(): Promise<void>;
};

const PREFIX = 'powernode-worker';
/** Tells this process from an earlier one that had the same pid, as the first process of a container always has. */
const BOOT = randomUUID().slice(0, 8);
const HOST = hostname().replace(/[^A-Za-z0-9.]/g, '_');
const REMOVAL = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 } as const;

/**
 * Temporary folders below one root of this process, `powernode-worker-<host>-<pid>-<boot>-<random>`, which nobody
 * else may read. The name tells a later process on the same host whose it was.
 */
export function createWorkdirs(parent: string, log: Logger): Workdirs {
  let root: Promise<string> | undefined;
  const openRoot = () =>
    (root ??= mkdir(parent, { recursive: true }).then(() =>
      mkdtemp(join(parent, `${PREFIX}-${HOST}-${process.pid}-${BOOT}-`)),
    ));

  async function removeQuietly(path: string): Promise<void> {
    try {
      await rm(path, REMOVAL);
    } catch (error) {
      log.warn({ err: error, path }, 'a temporary folder could not be removed');
    }
  }

  return {
    async sweep() {
      const names = await readdir(parent).catch((): string[] => []);
      for (const name of names.filter(isOrphan)) {
        log.info({ path: join(parent, name) }, 'removing what a killed process left behind');
        await removeQuietly(join(parent, name));
      }
    },
    forAttempt(name) {
      let made: Promise<string> | undefined;
      let ended = false;
      return {
        async path() {
          if (ended) throw new Error('expected the folder to be asked for while the attempt runs, it has ended');
          made ??= openRoot().then((base) => mkdtemp(join(base, `${name}-`)));
          return made;
        },
        async remove() {
          ended = true;
          const path = await made?.catch(() => undefined);
          if (path !== undefined) await removeQuietly(path);
        },
      };
    },
    async close() {
      const path = await root?.catch(() => undefined);
      if (path !== undefined) await removeQuietly(path);
    },
  };
}

const NAME = new RegExp(`^${PREFIX}-(?<host>[A-Za-z0-9._]+)-(?<pid>\\d+)-(?<boot>[0-9a-f]{8})-`);

function isOrphan(name: string): boolean {
  const parts = NAME.exec(name)?.groups;
  if (parts?.['host'] !== HOST || parts['boot'] === BOOT) return false;
  const pid = Number(parts['pid']);
  return pid === process.pid || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
