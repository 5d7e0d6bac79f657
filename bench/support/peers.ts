import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBenchPath } from './env.ts';

const FOLDER = join(import.meta.dirname, '..');
const PEERS = ['graphile-worker', 'bullmq', 'ioredis'];

/** Installs what the bench alone needs, beside the bench alone. Says so when it cannot. */
export function installPeers(): boolean {
  if (PEERS.every((peer) => existsSync(join(FOLDER, 'node_modules', peer)))) return true;
  process.stderr.write('installing the peers of the bench\n');
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: 'inherit',
    env: { PATH: readBenchPath() },
  });
  if (npm.status === 0) return true;
  process.stderr.write('NOT MEASURED: the peers could not be installed\n');
  return false;
}
