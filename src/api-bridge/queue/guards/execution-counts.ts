/** Executions kept of one key; the thresholds lie below. */
const KEPT = 21;
const LONGEST_WINDOW_MS = 300_000;
/** How long a key that was seen once is remembered, at least; twice that at most. */
const ONCE_MS = 60_000;
const ONCE_MOST = 100_000;

type Counted = { readonly own: number[]; others: number[] };
export type Execution = { readonly key: string; readonly atMs: number };

/**
 * How often the jobs of one key were executed lately, in memory. A key that is seen once costs one entry, which is
 * forgotten wholesale a minute or two later; only what comes again is counted, and given out to be shared with the other
 * replicas. Times are monotonic milliseconds.
 */
export function createExecutionCounts(now: () => number = () => performance.now()) {
  const counted = new Map<string, Counted>();
  let once = new Map<string, number>();
  let onceBefore = new Map<string, number>();
  let turnedMs = now();
  let unshared: Execution[] = [];

  function add(key: string, entry: Counted, atMs: number): void {
    keep(entry.own, atMs);
    if (unshared.length < ONCE_MOST) unshared.push({ key, atMs });
  }

  function entryOf(key: string): Counted {
    const entry = counted.get(key) ?? { own: [], others: [] };
    counted.set(key, entry);
    return entry;
  }

  function turn(): void {
    if (now() - turnedMs < ONCE_MS && once.size < ONCE_MOST) return;
    onceBefore = once;
    once = new Map();
    turnedMs = now();
  }

  return {
    executed(key: string): void {
      const atMs = now();
      const entry = counted.get(key);
      if (entry !== undefined) {
        add(key, entry, atMs);
        return;
      }
      const before = once.get(key) ?? onceBefore.get(key);
      if (before === undefined) {
        turn();
        once.set(key, atMs);
        return;
      }
      const fresh = entryOf(key);
      add(key, fresh, before);
      add(key, fresh, atMs);
    },
    /** Executions within the last minute and the last five, over all replicas; undefined when it was hardly ever run. */
    lately(key: string): { readonly minute: number; readonly fiveMinutes: number } | undefined {
      const entry = counted.get(key);
      if (entry === undefined) return undefined;
      const since = (ms: number) => now() - ms;
      return { minute: countSince(entry, since(60_000)), fiveMinutes: countSince(entry, since(LONGEST_WINDOW_MS)) };
    },
    forget(key: string): void {
      counted.delete(key);
      once.delete(key);
      onceBefore.delete(key);
      unshared = unshared.filter((execution) => execution.key !== key);
    },
    /** What the other replicas do not know yet. */
    takeUnshared(): readonly Execution[] {
      const taken = unshared;
      unshared = [];
      return taken;
    },
    /** What another replica counted. */
    heard(executions: readonly Execution[]): void {
      for (const { key, atMs } of executions) keep(entryOf(key).others, atMs);
    },
    /** Forgets what is too old to count. */
    prune(): void {
      const oldest = now() - LONGEST_WINDOW_MS;
      for (const [key, { own, others }] of counted) {
        if ((own.at(-1) ?? -Infinity) < oldest && (others.at(-1) ?? -Infinity) < oldest) counted.delete(key);
      }
    },
    size: () => counted.size + once.size + onceBefore.size,
  };
}

function keep(times: number[], atMs: number): void {
  times.push(atMs);
  if (times.length > KEPT) times.shift();
}

function countSince({ own, others }: Counted, sinceMs: number): number {
  let count = 0;
  for (const at of own) if (at > sinceMs) count += 1;
  for (const at of others) if (at > sinceMs) count += 1;
  return count;
}
