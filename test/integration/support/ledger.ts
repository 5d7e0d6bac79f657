import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The system's monotonic clock, which is the same in all of its processes. */
export type Note = { what: 'start' | 'end'; of: string; atNs: bigint; pid: number };

/** What the jobs of ledger-jobs.ts have written down, in the order in which it came. */
export async function openLedger() {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const path = join(folder, 'notes');
  await writeFile(path, '');
  return {
    path,
    async notes(): Promise<Note[]> {
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => ({ ...JSON.parse(line), atNs: BigInt(JSON.parse(line).atNs) }));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
