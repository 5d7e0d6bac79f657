// npm run audit:deps [-- --write]: the licences of what is shipped, and what is publicly known against it.
//
// Licences are judged from the lockfile, so this works anywhere; --write brings LICENCES.md up to date. Advisories need a
// registry that serves them: where none does, this says that it knows nothing, and does not fail for it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './steps/root.mjs';

const LIST = inRoot('LICENCES.md');
/** What may be shipped with a program under the MIT licence without asking anything of those who use it. */
const FREE = new Set(
  'MIT ISC Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD BlueOak-1.0.0 CC0-1.0 Unlicense MIT-0 Python-2.0'.split(' '),
);
/** Shipped as a library of its own, which anybody may exchange for another build of it. */
const AS_A_LIBRARY = [/^@img\/sharp-(?:libvips|win32|wasm32)/];
const LEVELS = ['high', 'critical'];

const packages = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
const shipped = Object.entries(packages)
  .filter(([path, { dev, link }]) => path !== '' && dev !== true && link !== true)
  .map(([path, { version, license }]) => ({
    name: path.replace(/^.*node_modules\//, ''),
    version,
    licence: license ?? ownWords(path),
  }));

const refused = shipped.filter(({ name, licence }) => !isFree(licence) && !isLibrary(name, licence));
const list = [
  '# Licences',
  '',
  'What an installation for production brings along, from the lockfile; `npm run audit:deps -- --write` makes this list. ffmpeg,',
  'ffprobe, exiftool’s perl and PostgreSQL are programs of their own, which are called and not linked.',
  '',
  '| package | version | licence |',
  '|---|---|---|',
  ...unique(shipped.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)).sort(),
  '',
].join('\n');

if (process.argv.includes('--write')) writeFileSync(LIST, list);
const isListed = existsSync(LIST) && readFileSync(LIST, 'utf8') === list;

for (const { name, licence } of refused)
  console.log(`✘ ${name}: expected a licence that asks nothing of users, got ${licence}`);
if (!isListed) console.log('✘ LICENCES.md is not what the lockfile says: npm run audit:deps -- --write');
console.log(`${refused.length === 0 && isListed ? '✔' : '✘'} licences of ${shipped.length} packages`);

const known = advisories();
if (typeof known === 'string') console.log(`? advisories: nothing is known, because none could be asked for: ${known}`);
else {
  for (const { name, severity, title } of known) console.log(`✘ ${name}: ${severity}, ${title}`);
  console.log(`${known.length === 0 ? '✔' : '✘'} advisories: ${known.length} of level ${LEVELS.join(' or ')}`);
}
process.exit(refused.length === 0 && isListed && (typeof known === 'string' || known.length === 0) ? 0 : 1);

function isFree(licence) {
  const choices = licence.replace(/[()]/g, '').split(/ OR /);
  return choices.some((choice) => choice.split(/ AND /).every((part) => FREE.has(part.trim())));
}

function isLibrary(name, licence) {
  return AS_A_LIBRARY.some((pattern) => pattern.test(name)) && /LGPL-3\.0-or-later/.test(licence);
}

/** Older packages say it in their own manifest only. */
function ownWords(path) {
  const file = inRoot(path, 'package.json');
  if (!existsSync(file)) return 'unknown';
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'));
  const said = license ?? licenses;
  return [said]
    .flat()
    .map((each) => each?.type ?? each ?? 'unknown')
    .join(' OR ');
}

/** The advisories that matter, or why none could be asked for. */
function advisories() {
  const options = { cwd: root, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
  const { stdout, error } = spawnSync(
    'npm',
    ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'],
    options,
  );
  if (error !== undefined) return error.message;
  try {
    const answer = JSON.parse(stdout);
    if (answer.vulnerabilities === undefined) return answer.message ?? answer.error?.summary ?? 'no answer';
    return Object.values(answer.vulnerabilities)
      .filter(({ severity }) => LEVELS.includes(severity))
      .map(({ name, severity, via }) => ({ name, severity, title: via.map((each) => each.title ?? each).join('; ') }));
  } catch {
    return 'an answer that is no JSON';
  }
}

function unique(lines) {
  return [...new Set(lines)];
}
