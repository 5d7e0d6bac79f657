import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './root.mjs';
import { giveUp, say, seconds } from './say.mjs';
import { inTurn } from './turn.mjs';

const mark = inRoot('node_modules', '.installed-from');

/** Makes node_modules what package-lock.json says, when it is not already; npm's remarks about engines are not repeated. */
export async function ensurePackages() {
  if (isInstalled()) return;
  await inTurn('packages', () => {
    // Whoever had the turn before may have done it.
    if (!isInstalled()) install();
  });
}

function install() {
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
  writeFileSync(mark, fingerprint());
  say(`installed in ${seconds(startedAt)}, runs on Node ${node.stdout.trim()}`);
}

/**
 * Whether node_modules holds what package-lock.json says. Our own mark counts, and so does npm's record of what it installed,
 * which it writes last: then somebody made it by hand.
 */
function isInstalled() {
  if (!existsSync(nodeBinary())) return false;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint()) return true;
  const wanted = readPackages('package-lock.json');
  const found = readPackages('node_modules', '.package-lock.json');
  if (wanted === undefined || found === undefined) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || !isNeededHere(entry) || found[path]?.version === entry.version,
  );
}

/** Optional packages are chosen by machine; those that name this one are what a folder from another machine lacks. */
function isNeededHere({ optional, os, cpu, libc }) {
  return optional !== true || (os?.includes(process.platform) && cpu?.includes(process.arch) && libc === undefined);
}

function fingerprint() {
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

function readPackages(...names) {
  try {
    return JSON.parse(readFileSync(inRoot(...names), 'utf8')).packages;
  } catch {
    return undefined;
  }
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
