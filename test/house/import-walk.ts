import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from './source-files.ts';

/** Everything that the rooms import, themselves included, with the way on which each thing was first reached. */
export type Reached = {
  /** Paths of modules below src. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** Names of packages, without what follows them. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
};

/**
 * Follows static and dynamic imports, exports from and require calls of every module of these rooms, through our own
 * sources; types count too. Throws when a room holds no module or an import leads nowhere, because then nothing was shown.
 */
export function walkImports(root: string, rooms: readonly string[]): Reached {
  const modules = new Map<string, readonly string[]>();
  const packages = new Map<string, readonly string[]>();

  function visit(path: string, way: readonly string[]): void {
    if (modules.has(path)) return;
    const here = [...way, path];
    modules.set(path, here);
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, path), 'utf8'), true, true);
    for (const { fileName: wanted } of importedFiles) {
      if (wanted.startsWith('node:')) continue;
      if (!wanted.startsWith('.'))
        packages.set(packageOf(wanted), packages.get(packageOf(wanted)) ?? [...here, wanted]);
      else visit(resolve(path, wanted), here);
    }
  }

  function resolve(from: string, wanted: string): string {
    const target = join(root, dirname(from), wanted);
    if (!existsSync(target)) throw new Error(`expected ${wanted}, which ${from} imports, got nothing`);
    return relative(root, target);
  }

  for (const room of rooms) {
    const own = sourceFiles(root, `src/${room}`).filter(({ path }) => /\.tsx?$/.test(path));
    if (own.length === 0) throw new Error(`expected modules in src/${room}, got none: nothing was looked at`);
    for (const { path } of own) visit(path, []);
  }
  return { modules, packages };
}

function packageOf(wanted: string): string {
  return wanted
    .split('/')
    .slice(0, wanted.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The packages that a package brings along, however deep, as they are installed. */
export function packagesBehind(root: string, names: Iterable<string>): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const manifest = join(root, 'node_modules', name, 'package.json');
    if (seen.has(name) || !existsSync(manifest)) return;
    seen.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object };
    Object.keys(dependencies).forEach(visit);
  };
  [...names].forEach(visit);
  return seen;
}
