import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { nodeBinary } from './packages.mjs';
import { inRoot, root } from './root.mjs';
import { giveUp, say, seconds } from './say.mjs';
import { inTurn } from './turn.mjs';

const stamp = inRoot('dist', '.built-from');

/** Compiles src to dist when a source changed. Types are checked by `npm run types`, so a build costs a moment only. */
export async function ensureBuild() {
  if (isBuilt(fingerprint())) return;
  await inTurn('build', () => {
    const wanted = fingerprint();
    if (!isBuilt(wanted)) build(wanted);
  });
}

function build(wanted) {
  const startedAt = performance.now();
  // Until the build is complete there is no stamp, so a build killed half-way is done again.
  rmSync(stamp, { force: true });
  const tsc = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(nodeBinary(), [tsc, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) giveUp(`${result.stdout}${result.stderr}the build failed; the compiler's words are above.`);
  const outputs = new Set(sources().map(outputOf));
  for (const file of sources().filter((name) => !isCompiled(name))) {
    mkdirSync(dirname(outputOf(file)), { recursive: true });
    copyFileSync(file, outputOf(file));
  }
  for (const file of filesBelow(inRoot('dist'))) {
    // What is left of a deleted source would still be found by whoever imports it.
    if (!outputs.has(file.replace(/\.map$/, ''))) rmSync(file);
  }
  writeFileSync(stamp, wanted);
  say(`built dist in ${seconds(startedAt)}`);
}

function isBuilt(wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function fingerprint() {
  const hash = createHash('sha256');
  const inputs = [inRoot('tsconfig.json'), inRoot('tsconfig.build.json'), inRoot('package-lock.json'), ...sources()];
  for (const file of inputs)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

const sources = () => filesBelow(inRoot('src')).sort();
const isCompiled = (file) => /\.tsx?$/.test(file);
const outputOf = (file) => join(inRoot('dist'), relative(inRoot('src'), file)).replace(/\.tsx?$/, '.js');

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
