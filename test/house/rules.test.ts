import { describe, expect, it } from 'vitest';
import { isCode, isTypeScript, trackedFiles, type SourceFile } from './source-files.ts';

const FILES = trackedFiles();
const CODE = FILES.filter(isCode);
const ownRules = ({ path }: SourceFile) => path.startsWith('test/house/') || path === 'eslint.config.js';
const pathsOf = (files: readonly SourceFile[]) => files.map(({ path }) => path);
const linesOf = ({ text }: SourceFile) => text.trimEnd().split('\n').length;

describe('house rules', () => {
  it('look at the whole house', () => {
    expect(FILES.length).toBeGreaterThan(300);
    expect(pathsOf(FILES)).toEqual(expect.arrayContaining(['Dockerfile', '.env.example', 'README.md', '.ci/run']));
  });

  it('no file of code has more than 250 lines, and half of them less than 90', () => {
    expect(pathsOf(CODE.filter((file) => linesOf(file) > 250))).toEqual([]);
    const source = CODE.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.css'));
    const lines = source.map(linesOf).toSorted((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThan(90);
  });

  it('the environment is read in files called env.ts only', () => {
    const readers = CODE.filter(isTypeScript).filter(
      ({ path, text }) => /^(?:src|examples)\//.test(path) && /process\.env\b|process\[['"]env/.test(text),
    );
    expect(readers.length).toBeGreaterThan(3);
    expect(pathsOf(readers).filter((path) => !path.endsWith('/env.ts'))).toEqual([]);
  });

  it('each migration has a number of its own, and none is left out', () => {
    const numbers = pathsOf(FILES).flatMap((path) => /^migrations\/(\d{3})_[a-z0-9_]+\.sql$/.exec(path)?.[1] ?? []);
    expect(numbers.length).toBe(pathsOf(FILES).filter((path) => path.startsWith('migrations/')).length);
    expect(numbers.map(Number)).toEqual(numbers.map((_, index) => index + 1));
  });

  it('only the queue room knows pg-boss', () => {
    const knowing = CODE.filter(
      ({ path, text }) => /^(?:src|examples|scripts)\//.test(path) && /from 'pg-boss'|import\('pg-boss'\)/.test(text),
    );
    expect(pathsOf(knowing).filter((path) => !path.startsWith('src/api-bridge/queue/'))).toEqual([]);
    expect(knowing.length).toBeGreaterThan(0);
  });

  it('no file is named for nothing', () => {
    const vague = /\/(?:utils?|helpers?|managers?|common|types|services?|base|misc|shared)\.(?:tsx?|mjs|py)$/;
    expect(pathsOf(CODE).filter((path) => vague.test(path))).toEqual([]);
  });

  it('exports have one name everywhere', () => {
    const nameless = CODE.filter(isTypeScript).filter(
      ({ path, text }) => path.startsWith('src/') && /^export default /m.test(text),
    );
    expect(pathsOf(nameless)).toEqual([]);
  });

  it.each([
    ['a path of the machine it was written on', /(?<![\w.$])\/(?:root|Users|home\/(?!node\b)\w+|work)\/\w/],
    [
      'the host of a package registry',
      /\b(?:registry\.[a-z]+js\.org|registry\.yarnpkg\.com|pypi\.org|[a-z]+\.jfrog\.io)\b/i,
    ],
    ['work that is left to do', /\b(?:TODO|FIXME|XXX|HACK)\b/],
    ['a page that this repository does not have', /\b(?:PROTOCOL|DESIGN)\.md\b/],
    ['a secret', /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b/],
  ])('no file holds %s', (_, pattern) => {
    const holding = FILES.filter((file) => !ownRules(file) && pattern.test(file.text));
    expect(holding.map(({ path, text }) => `${path}: ${pattern.exec(text)?.[0] ?? ''}`)).toEqual([]);
  });
});
