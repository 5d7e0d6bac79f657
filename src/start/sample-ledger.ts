import { renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const ledgerFile = z.record(z.string(), z.string());

export type SampleLedger = { idOf(name: string): string | undefined; record(name: string, id: string): void };

/** Remembers which file each sample became, so that a second start shows the same files instead of uploading them again. */
export async function openSampleLedger(dataDir: string): Promise<SampleLedger> {
  const path = join(dataDir, 'samples.json');
  const known = new Map(Object.entries(parse(await readFile(path, 'utf8').catch(() => '{}'))));
  return {
    idOf: (name) => known.get(name),
    record(name, id) {
      known.set(name, id);
      // At one stroke, because several uploads end at once.
      writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
      renameSync(`${path}.new`, path);
    },
  };
}

/** A damaged ledger is an empty one: the samples are uploaded again, and nothing is lost. */
function parse(text: string): Record<string, string> {
  try {
    return ledgerFile.catch({}).parse(JSON.parse(text));
  } catch {
    return {};
  }
}
