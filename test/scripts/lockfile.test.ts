import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Entry = {
  version?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const packages: Record<string, Entry> = read('package-lock.json').packages;

test('npm ci accepts the lockfile: no platform was left out of it because a registry did not have its package', () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !resolvePaths(path, name).some((candidate) => candidate in packages))
      .map((name) => `${name} of ${path}`),
  );
  expect(missing).toEqual([]);
});

test('npm ci accepts the lockfile: it was written for this package.json', () => {
  expect(packages['']?.dependencies).toEqual(manifest.dependencies);
  expect(packages['']?.devDependencies).toEqual(manifest.devDependencies);
});

test('the lockfile names no registry, so that each machine uses its own', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('every package that brings an install script was looked at and allowed by name', () => {
  const scripted = Object.entries(packages).filter(([, entry]) => entry.hasInstallScript === true);
  const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(names)].sort());
});

/** Where Node would look for a dependency of the package at this path, nearest first. */
function resolvePaths(path: string, name: string): string[] {
  const candidates = [`${path === '' ? '' : `${path}/`}node_modules/${name}`];
  for (let at = path.lastIndexOf('/node_modules/'); at > 0; at = path.lastIndexOf('/node_modules/', at - 1)) {
    candidates.push(`${path.slice(0, at)}/node_modules/${name}`);
  }
  return [...candidates, `node_modules/${name}`];
}
