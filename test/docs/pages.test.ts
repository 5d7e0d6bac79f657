import { existsSync, globSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codeBlocks, read, ROOT } from './markdown.ts';

const PAGES = ['README.md', 'SECURITY.md', ...globSync('{docs,examples}/**/*.md', { cwd: ROOT })];
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));

/** Where a page may leave the beginning of a path out, because it speaks of one room. */
const BASES = ['.', 'src', 'src/api-bridge', 'src/runtime', 'src/web', 'deploy', 'dist'];
/** What is made at run time, or named to say that it is not one of ours. */
const NOT_FILES = /^(?:incoming|thumbnails|my-jobs|bench\/results)\/|^text\//;

describe.each(PAGES)('%s', (file) => {
  const page = read(file);
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');

  it('links to nothing that is not there', () => {
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => link.split('#')[0] ?? '');
    expect(local.filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
  });

  it('names no file that is not there', () => {
    const named = [
      ...page.matchAll(/(?<![\w/:.-])((?:[\w.-]+\/)+[\w.@-]+\.(?:tsx?|mjs|js|py|sh|sql|md|json|yaml))\b/g),
    ];
    const paths = named.map(([, path = '']) => path).filter((path) => !NOT_FILES.test(path) && !isMade(path));
    const bases = [...BASES, dirname(file)];
    expect(paths.filter((path) => !bases.some((base) => existsSync(join(ROOT, normalize(join(base, path))))))).toEqual(
      [],
    );
  });

  it('names no command that package.json does not have', () => {
    const commands = [...page.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, own]) => run ?? own ?? '',
    );
    expect(commands.filter((command) => scripts[command] === undefined)).toEqual([]);
  });
});

/** What the build makes out of a source; and the README's job with its imports, which is the reader's to write. */
function isMade(path: string): boolean {
  if (/^\.|\/demo\//.test(path) || path === 'src/contract/catalogue/demo.ts') return true;
  const source = /^dist\/(.*)\.js$/.exec(path)?.[1];
  return source !== undefined && existsSync(join(ROOT, `src/${source}.ts`));
}

describe('README.md', () => {
  const readme = read('README.md');

  it('fits on one screen', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(80);
  });

  it('shows a job and a worker in about ten lines each', () => {
    const code = [...codeBlocks(readme, 'ts'), ...codeBlocks(readme, 'python')];
    expect(code).toHaveLength(3);
    for (const block of code)
      expect(block.split('\n').filter((line) => !/^(?:\/\/|import )|^$/.test(line)).length).toBeLessThan(12);
  });

  it('counts the samples right', () => {
    const samples = readdirSync(join(ROOT, 'examples/samples'));
    expect(readme).toContain(`takes ${samples.length} sample files`);
  });

  it('leads to every page of docs/', () => {
    for (const page of globSync('docs/*.md', { cwd: ROOT })) expect(readme).toContain(`(${page})`);
  });
});
