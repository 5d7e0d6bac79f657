import type { RecordedStep } from '../facilities.ts';

type Mark = { readonly value: Readonly<Record<string, unknown>> | undefined; readonly expiresAtMs: number };

/** What the API would keep between runs. Hand one store to several runs to see how they meet. */
export type MemoryStore = {
  /** Who holds which lock; a name of a run, or of whoever the test says. */
  readonly locks: Map<string, string>;
  readonly marks: Map<string, Mark>;
  /** By job id, so that two attempts of one job share their steps. */
  readonly steps: Map<string, Map<string, RecordedStep>>;
};

export function createMemoryStore(): MemoryStore {
  return { locks: new Map(), marks: new Map(), steps: new Map() };
}
