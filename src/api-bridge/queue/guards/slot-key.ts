import { createHash } from 'node:crypto';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import { keyOfPayload } from '../../../contract/catalogue/payload-key.ts';
import type { JobEnvelope } from '../envelope.ts';

export type SlotTerms = { readonly key: string; readonly limit: number };

const LONGEST = 200;

/** Whether any job of the catalogue limits how many of one key run at once. */
export function limitsKeys(catalogue: Catalogue): boolean {
  return catalogue.jobs.some(({ concurrency }) => concurrency?.perKey !== undefined);
}

/** The key under which a job counts, and how many may run under it; undefined when it is not limited. */
export function slotTermsOf(catalogue: Catalogue, { name, payload }: JobEnvelope): SlotTerms | undefined {
  const perKey = catalogue.find(name)?.concurrency?.perKey;
  if (perKey === undefined) return undefined;
  const value = keyOfPayload(perKey.key, payload);
  if (value === undefined) return undefined;
  const key = `${name}:${value}`;
  return { key: key.length <= LONGEST ? key : `${name}:${hash(value)}`, limit: perKey.limit };
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}
