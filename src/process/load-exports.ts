import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export type LoadedExport = { readonly file: string; readonly name: string; readonly value: unknown };

const MODULE = /(?<!\.d|\.test|\.spec)\.(?:m?js|m?ts)$/;

/**
 * Every export of a module, or of all modules directly in a folder, in the order of their names. Test files and type
 * declarations are passed over. Throws when there is nothing at the path, or a module cannot be loaded, naming it.
 */
export async function loadExports(path: string): Promise<LoadedExport[]> {
  const absolute = resolve(path);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) throw new Error(`expected a module or a folder of modules at ${absolute}, got nothing`);
  const files = found.isDirectory() ? (await readdir(absolute)).filter((file) => MODULE.test(file)).sort() : [''];
  const loaded = await Promise.all(files.map((file) => loadModule(file === '' ? absolute : join(absolute, file))));
  return loaded.flat();
}

async function loadModule(file: string): Promise<LoadedExport[]> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    const exported: Record<string, unknown> = { ...(typeof module === 'object' ? module : {}) };
    return Object.entries(exported).map(([name, value]) => ({ file, name, value }));
  } catch (error) {
    throw new Error(`could not load ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
