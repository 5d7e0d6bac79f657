import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { read, ROOT, tableRows } from './markdown.ts';

const rows = tableRows(read('docs/guarantees.md'), '#');
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));

describe('docs/guarantees.md', () => {
  it('has a line for each of the ten promises, and none without promise, mechanism and proof', () => {
    const numbers = new Set(rows.map(([number]) => Number(number)));
    expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [number, promise, mechanism, proof] of rows)
      expect(
        [promise, mechanism, proof].every((cell) => (cell ?? '').length > 10),
        number,
      ).toBe(true);
  });

  it.each(rows.map(([number, promise, , proof]) => [number, promise, proof]))(
    'names commands and tests that are there: %s %s',
    (_, __, proof = '') => {
      const commands = [...proof.matchAll(/\bnpm (?:run ([\w:-]+)|(test))/g)].map(([, run, own]) => run ?? own ?? '');
      expect(commands.length).toBeGreaterThan(0);
      for (const command of commands) expect(scripts).toHaveProperty([command]);
      for (const [path] of proof.matchAll(/\btest\/[\w./-]+/g)) {
        const found = existsSync(join(ROOT, path));
        expect(found, path).toBe(true);
        // A folder stands for the tests in it, and there have to be some.
        if (!path.endsWith('.ts'))
          expect(globSync(`${path}/**/*.test.{ts,tsx}`, { cwd: ROOT }).length).toBeGreaterThan(0);
      }
    },
  );

  it('says what is not promised', () => {
    expect(read('docs/guarantees.md')).toMatch(/\n## What is not promised\n\n- \*\*/);
  });
});
