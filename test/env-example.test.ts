import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The keys of the zod object that each env.ts gives to parseEnv. */
function variablesInCode(): string[] {
  const files = globSync('src/**/env.ts', { cwd: root });
  const names = files.flatMap((file) =>
    [...read(file).matchAll(/^\s+([A-Z][A-Z0-9_]+): z?\w*/gm)].map(([, name]) => name ?? ''),
  );
  // PATH is the system's own.
  return [...new Set(names)].filter((name) => name !== 'PATH').sort();
}

test('.env.example names every variable that the code reads, and none that it does not', () => {
  const inExample = [...read('.env.example').matchAll(/^([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? '').sort();
  expect(variablesInCode().length).toBeGreaterThan(20);
  expect(inExample).toEqual(variablesInCode());
});
