import { readdir, readFile } from 'node:fs/promises';

/** Every process below one, as Linux tells it. */
export async function descendants(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  for (const each of all) {
    const stat = await readFile(`/proc/${each}/stat`, 'utf8').catch(() => '');
    parents.set(Number(each), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([each]) => [each, ...below(each)]);
  return below(pid);
}
