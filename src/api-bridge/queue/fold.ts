type Waiting<Item, Result> = {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

export type FoldOptions = {
  readonly inFlight: number;
  readonly largest: number;
  /** How many calls must wait before another batch runs beside one that is under way; 1 when left out. */
  readonly secondFrom?: number;
  /** Batches begin at least so far apart; a call that comes later than that after the last one still runs at once. */
  readonly apartMs?: number;
};

/**
 * Folds calls that arrive together into shared batches. A lone call runs at once; while `inFlight` batches run, later
 * calls gather, so that the batch grows with the load and nobody waits on a timer. `run` gives a result for each item,
 * in order; when it throws, every call of that batch is told.
 */
export function createFold<Item, Result>(
  options: FoldOptions,
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const queue: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;
  let lastMs = -Infinity;

  function schedule(): void {
    const enough = running === 0 ? 1 : (options.secondFrom ?? 1);
    if (scheduled || running >= options.inFlight || queue.length < enough) return;
    scheduled = true;
    const waitMs = lastMs + (options.apartMs ?? 0) - performance.now();
    // Calls of the same turn of the event loop, e.g. the parts of one request, share a batch.
    if (waitMs > 0) setTimeout(begin, waitMs);
    else setImmediate(begin);
  }

  function begin(): void {
    scheduled = false;
    lastMs = performance.now();
    void runBatch();
    schedule();
  }

  async function runBatch(): Promise<void> {
    const batch = queue.splice(0, options.largest);
    if (batch.length === 0) return;
    running += 1;
    try {
      const results = await run(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => {
        const result = results[index];
        if (result === undefined) waiting.reject(new Error('a folded call got no result'));
        else waiting.resolve(result);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      running -= 1;
      schedule();
    }
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      queue.push({ item, resolve, reject });
      schedule();
    });
}
