import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plantIn } from '../../chaos/bugs/bug.ts';
import { BUGS } from '../../chaos/bugs/catalogue.ts';
import { SCENARIOS } from '../../chaos/bugs/scenarios.ts';
import { runChaos } from './run-chaos.ts';

const SRC = join(import.meta.dirname, '../../src');

it.each(BUGS)('$name still finds its place in the sources, and its scenario', async (bug) => {
  expect(plantIn(await readFile(join(SRC, bug.file), 'utf8'), bug)).toContain(bug.replace);
  expect(Object.keys(SCENARIOS)).toContain(bug.scenario);
});

it('are at least twenty, and each has a name of its own', () => {
  expect(new Set(BUGS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
});

it('are caught, while the sources as they are pass the same scenarios', async () => {
  const some = ['claims-are-not-replayed', 'any-lease-settles-any-job', 'a-release-burns-an-attempt'];
  const { code, said } = await runChaos('bugs', ...some);
  expect(said).toContain('3 of 3 scenarios sound, 3 of 3 bugs caught');
  expect(code, said).toBe(0);
}, 300_000);
