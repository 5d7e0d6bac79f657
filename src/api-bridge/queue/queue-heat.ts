/**
 * Which queues may have a job to claim. A queue is hot from the moment that somebody says so (NOTIFY, an enqueue here,
 * the floor's look) until a fetch found fewer jobs than it asked for and nobody has said so again meanwhile.
 */
export function createQueueHeat() {
  const hot = new Set<string>();
  const told = new Map<string, number>();
  const count = (queue: string) => told.get(queue) ?? 0;

  return {
    heat(queue: string): void {
      told.set(queue, count(queue) + 1);
      hot.add(queue);
    },
    isHot: (queue: string) => hot.has(queue),
    /** Taken before a fetch; `cool` then ignores queues that were told of since. */
    snapshot: (queues: readonly string[]): ReadonlyMap<string, number> =>
      new Map(queues.map((queue) => [queue, count(queue)])),
    cool(queues: readonly string[], before: ReadonlyMap<string, number>): void {
      for (const queue of queues) if (before.get(queue) === count(queue)) hot.delete(queue);
    },
  };
}
