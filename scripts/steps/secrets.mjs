import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './root.mjs';

const kept = [
  { variable: 'WORKER_SERVICE_TOKEN', file: 'worker-service-token', make: () => randomBytes(32).toString('hex') },
  { variable: 'DASHBOARD_EMAIL', file: 'dashboard-email', make: () => 'admin@powernode.local' },
  { variable: 'DASHBOARD_PASSWORD', file: 'dashboard-password', make: () => randomBytes(12).toString('base64url') },
];

/**
 * The secrets of this data folder, made at the first start, each in a file that only its owner may read. A variable that is
 * set in the environment wins over the file, so that a deployment never depends on one.
 */
export function ensureSecrets() {
  const dataDir = resolve(root, process.env.DATA_DIR || '.data');
  const folder = join(dataDir, 'secrets');
  // The data folder itself stays open to others' passing: as root, the database in it runs as another user.
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unset = kept.filter(({ variable }) => !process.env[variable]);
  return Object.fromEntries(unset.map(({ variable, file, make }) => [variable, keptSecret(join(folder, file), make)]));
}

/** The file appears whole or not at all, so that two set-ups which start together agree on one value. */
function keptSecret(path, make) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    const draft = `${path}.${randomUUID()}`;
    writeFileSync(draft, `${make()}\n`, { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
    return readFileSync(path, 'utf8').trim();
  }
}
