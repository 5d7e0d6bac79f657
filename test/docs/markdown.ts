import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The part of a page below a heading, up to the next one of the same rank. */
export function section(page: string, title: string): string {
  const rank = /^(#+) /.exec(title)?.[1] ?? '';
  const start = page.indexOf(`\n${title}\n`);
  if (start < 0) throw new Error(`expected the heading ${title}, got a page without it`);
  const rest = page.slice(start + title.length + 2);
  const end = new RegExp(`^#{1,${rank.length}} `, 'm').exec(rest)?.index;
  return rest.slice(0, end);
}

/** The rows of every table whose first heading is `head`, each as its cells without back-ticks. */
export function tableRows(page: string, head: string): string[][] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of page.split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : undefined;
    if (cells === undefined) inside = false;
    else if (inside && !/^\|[-|: ]+\|$/.test(line)) rows.push(cells);
    else if (cells[0] === head) inside = true;
  }
  return rows;
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').replaceAll('`', '').trim());
}

/** The code blocks of a language, in order. */
export function codeBlocks(page: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(fence)].map(([, code = '']) => code);
}
