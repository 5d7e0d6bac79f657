/**
 * Shares one load among everybody who asks at once, and its result with whoever asks within `maxAgeMs` after it was
 * begun. A load that fails is thrown to those who waited for it and not remembered.
 */
export function createRecent<Value>(
  load: () => Promise<Value>,
  maxAgeMs: number,
  now: () => number = () => performance.now(),
): () => Promise<Value> {
  let latest: { readonly value: Promise<Value>; readonly atMs: number } | undefined;
  return () => {
    if (latest !== undefined && now() - latest.atMs < maxAgeMs) return latest.value;
    const entry = { value: load(), atMs: now() };
    latest = entry;
    entry.value.catch(() => {
      if (latest === entry) latest = undefined;
    });
    return entry.value;
  };
}
