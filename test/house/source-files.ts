import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Made at run time or by tools, and never tracked; the samples and the lock file are nobody's prose. */
const NOT_OURS = /^(?:node_modules|dist|coverage|test-results|\.git|\.data|\.setup)$/;
const TEXT = /(?:\.(?:tsx?|[cm]?js|json|md|ya?ml|sql|css|svg|py|sh|awk|service)|^[^.]+|^\.[\w.-]+)$/;

export type SourceFile = { readonly path: string; readonly text: string };

/** Every text file of ours below a folder, by its path from there. */
export function sourceFiles(root: string = ROOT, below = ''): SourceFile[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.test(entry.name) ? [] : sourceFiles(root, path);
    const ours = entry.isFile() && TEXT.test(entry.name) && entry.name !== 'package-lock.json' && entry.name !== '.env';
    return ours ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
  });
}

/** What the repository holds; in a copy without one, everything that is there. */
export function trackedFiles(): SourceFile[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) return sourceFiles();
  const tracked = new Set(stdout.split('\0'));
  return sourceFiles().filter(({ path }) => tracked.has(path));
}

export const isCode = ({ path }: SourceFile): boolean => /\.(?:tsx?|[cm]?js|py|sh|awk|sql|css)$/.test(path);
export const isTypeScript = ({ path }: SourceFile): boolean => /\.tsx?$/.test(path);
