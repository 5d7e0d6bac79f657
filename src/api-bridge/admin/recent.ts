type Entry<Value> = { readonly value: Promise<Value>; readonly atMs: number; tookMs?: number };

/** A load that takes so long is worth not being waited for. */
const SLOW_MS = 250;

/**
 * Shares one load among everybody who asks at once, and its result with whoever asks within `maxAgeMs` after it was
 * begun. Where loads are slow and `staleMs` is given, an older result is given up to that age, while a new one is being
 * loaded. A load that fails is thrown to those who waited for it and not remembered.
 */
export function createRecent<Value>(
  load: () => Promise<Value>,
  maxAgeMs: number,
  now: () => number = () => performance.now(),
  staleMs = 0,
): () => Promise<Value> {
  let latest: Entry<Value> | undefined;
  let loading: Entry<Value> | undefined;

  function begin(): Entry<Value> {
    const entry: Entry<Value> = { value: load(), atMs: now() };
    loading = entry;
    entry.value.then(
      () => {
        entry.tookMs = now() - entry.atMs;
        if (loading === entry) [latest, loading] = [entry, undefined];
      },
      () => {
        if (loading === entry) loading = undefined;
      },
    );
    return entry;
  }

  return () => {
    const age = latest === undefined ? Infinity : now() - latest.atMs;
    if (latest !== undefined && age < maxAgeMs) return latest.value;
    const next = loading ?? begin();
    return latest !== undefined && age < staleMs && (latest.tookMs ?? 0) > SLOW_MS ? latest.value : next.value;
  };
}
