import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inTurn } from './turn.mjs';
import { root } from './root.mjs';

const generators = {
  WORKER_SERVICE_TOKEN: () => randomBytes(48).toString('base64url'),
  DASHBOARD_EMAIL: () => 'admin@powernode.local',
  DASHBOARD_PASSWORD: () => randomBytes(12).toString('base64url'),
};

/**
 * The secrets of this data folder, made at the first start and readable by their owner only. A variable that is set in the
 * environment wins over the file, so that a deployment never depends on it.
 */
export async function ensureSecrets() {
  const folder = resolve(root, process.env.DATA_DIR || '.data');
  const path = join(folder, 'secrets');
  const secrets = await inTurn('secrets', () => {
    const known = parse(path);
    const missing = Object.keys(generators).filter((name) => known[name] === undefined);
    if (missing.length > 0) {
      for (const name of missing) known[name] = generators[name]();
      mkdirSync(folder, { recursive: true });
      const text = Object.entries(known).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(`${path}.new`, text.join(''), { mode: 0o600 });
      chmodSync(`${path}.new`, 0o600);
      renameSync(`${path}.new`, path);
    }
    return known;
  });
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => !process.env[name]));
}

function parse(path) {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    const pairs = lines.map((line) => /^([A-Z_]+)=(.+)$/.exec(line)).filter((match) => match !== null);
    return Object.fromEntries(pairs.map(([, name, value]) => [name, value]));
  } catch {
    return {};
  }
}
