// Every gate, one line each; all of them run even when one fails. `--without-tests` leaves the tests to whoever ran them.
import { spawnSync } from 'node:child_process';
import { ensure } from './ensure.mjs';

const gates = [
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['lint', 'eslint', '.'],
  ['types', 'tsc', '--noEmit'],
  ['arrows', 'node', 'scripts/arrows.mjs'],
  ['dead code', 'knip', '--no-progress'],
  ['dependencies', 'node', 'scripts/audit-deps.mjs'],
  ['tests', 'vitest', 'run'],
];

const variables = await ensure({ build: true, media: true });
const { inRoot, root } = await import('./steps/root.mjs');
const env = { ...process.env, ...variables, PATH: `${inRoot('node_modules', '.bin')}:${process.env.PATH ?? ''}` };
const failed = [];
for (const [name, program, ...args] of gates) {
  if (name === 'tests' && process.argv.includes('--without-tests')) continue;
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env });
  console.log(`${status === 0 ? '✔' : '✘'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? 'check: all gates passed' : `check: ${failed.join(', ')} failed`);
process.exit(failed.length === 0 ? 0 : 1);
