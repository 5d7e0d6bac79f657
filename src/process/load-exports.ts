import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { giveOwnModules } from './own-modules.ts';

export type LoadedExports = { readonly values: readonly unknown[]; readonly faults: readonly string[] };

const MODULE = /(?<!\.d|\.test|\.spec)\.(?:m?js|m?ts)$/;

/**
 * Every exported value of a module, or of all modules directly in a folder, in the order of their names. Test files and
 * type declarations are passed over. Modules that cannot be loaded are all named in `faults`, and so is a path where
 * nothing is.
 */
export async function loadExports(path: string): Promise<LoadedExports> {
  giveOwnModules();
  const absolute = resolve(path);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined)
    return { values: [], faults: [`expected a module or a folder of modules at ${absolute}, got nothing`] };
  const names = found.isDirectory() ? (await readdir(absolute)).filter((name) => MODULE.test(name)).sort() : [];
  const files = found.isDirectory() ? names.map((name) => join(absolute, name)) : [absolute];
  const loaded = await Promise.all(files.map(loadModule));
  return { values: loaded.flatMap(({ values }) => values), faults: loaded.flatMap(({ faults }) => faults) };
}

async function loadModule(file: string): Promise<LoadedExports> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    return { values: Object.values({ ...(typeof module === 'object' ? module : {}) }), faults: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const withoutEnding = /^Cannot find module '[^']*\/[^./']+'/.test(reason);
    const hint = withoutEnding ? '; a file of yours is imported with its ending, as in ./other.ts' : '';
    return { values: [], faults: [`could not load ${file}: ${reason}${hint}`] };
  }
}
