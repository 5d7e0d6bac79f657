/**
 * Smooth weighted round-robin: every call gives all queues, the one whose turn it is first. Over any stretch of
 * calls a queue of weight 3 comes first three times as often as one of weight 1, evenly spread, so that a deep heavy
 * queue cannot starve a light one. The first call gives the heaviest.
 */
export function createWeightedOrder(weightOf: (queue: string) => number): (queues: readonly string[]) => string[] {
  const credit = new Map<string, number>();
  return (queues) => {
    let total = 0;
    for (const queue of queues) {
      const weight = weightOf(queue);
      total += weight;
      credit.set(queue, (credit.get(queue) ?? 0) + weight);
    }
    const order = queues
      .map((queue, index) => ({ queue, index, credit: credit.get(queue) ?? 0 }))
      .sort((a, b) => b.credit - a.credit || a.index - b.index)
      .map((entry) => entry.queue);
    const first = order[0];
    if (first !== undefined) credit.set(first, (credit.get(first) ?? 0) - total);
    return order;
  };
}
