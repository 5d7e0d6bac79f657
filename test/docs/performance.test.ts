import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SCENARIOS } from '../../bench/scenarios/all.ts';

const scenariosOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map((found) => found[1] ?? ''));

it('names no scenario that cannot be run, and the list of the bench leaves none out', () => {
  const measured = scenariosOf('docs/performance.md');
  expect(measured.length).toBeGreaterThan(8);
  expect(measured.filter((name) => SCENARIOS[name] === undefined)).toEqual([]);
  expect(scenariosOf('bench/README.md').toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
});
