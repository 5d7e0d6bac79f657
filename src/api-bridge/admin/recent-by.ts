import { createRecent } from './recent.ts';

/** Like createRecent, for answers that differ by a key; only the latest keys are remembered. */
export function createRecentBy<Value>(maxAgeMs: number, mostKeys = 50) {
  const known = new Map<string, () => Promise<Value>>();
  return async (key: string, load: () => Promise<Value>): Promise<Value> => {
    const shared = known.get(key) ?? createRecent(load, maxAgeMs, undefined, maxAgeMs * 5);
    known.delete(key);
    known.set(key, shared);
    const [oldest] = known.keys();
    if (known.size > mostKeys && oldest !== undefined) known.delete(oldest);
    return await shared();
  };
}
