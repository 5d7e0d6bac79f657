import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './root.mjs';
import { giveUp, say, seconds } from './say.mjs';
import { inTurn } from './turn.mjs';

const stamp = inRoot('node_modules', '.installed-from');

/** Makes node_modules what package-lock.json says, when it is not already; npm's remarks about engines are not repeated. */
export async function ensurePackages() {
  const wanted = fingerprint();
  if (isInstalled(wanted)) return;
  await inTurn('packages', () => {
    // Whoever had the turn before may have done it.
    if (!isInstalled(wanted)) install(wanted);
  });
}

function install(wanted) {
  const startedAt = performance.now();
  say(`installing the packages of package-lock.json with npm ci`);
  const npm = npmCommand();
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'];
  // Engines: npm runs under whatever Node there is, everything else under the Node that is being installed.
  const result = spawnSync(npm.file, [...npm.args, ...args, '--engine-strict=false'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: npm.shell,
  });
  if (result.error !== undefined)
    giveUp(`npm could not be started (${result.error.message}): install npm 10 or newer.`);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    giveUp(`npm ci failed with exit code ${result.status}; its words are above.`);
  }
  const node = spawnSync(nodeBinary(), ['--version'], { encoding: 'utf8' });
  if (node.status !== 0) {
    giveUp(
      'npm ran no install scripts (is ignore-scripts set?), so Node 24 is missing: run npm rebuild --ignore-scripts=false',
    );
  }
  writeFileSync(stamp, wanted);
  say(`installed in ${seconds(startedAt)}, runs on Node ${node.stdout.trim()}`);
}

function isInstalled(wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(nodeBinary());
}

/** The lockfile, and what npm chooses binaries by: a folder carried to another machine is installed anew. */
function fingerprint() {
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

/** The npm that started us, else the one on PATH. */
function npmCommand() {
  const path = process.env.npm_execpath;
  if (path !== undefined && /npm-cli\.c?js$/.test(path) && existsSync(path)) {
    return { file: process.execPath, args: [path], shell: false };
  }
  return { file: 'npm', args: [], shell: process.platform === 'win32' };
}

/** The Node 24 that comes as a package; everything but the set-up itself runs on it. */
export function nodeBinary() {
  return inRoot('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
}
