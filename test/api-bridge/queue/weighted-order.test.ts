import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWeightedOrder } from '../../../src/api-bridge/queue/weighted-order.ts';

const weights: Readonly<Record<string, number>> = { heavy: 3, usual: 2, light: 1 };
const weightOf = (queue: string) => weights[queue] ?? 1;

describe('the order in which claims visit queues', () => {
  it('starts with the heaviest and gives every queue each time', () => {
    const order = createWeightedOrder(weightOf);
    expect(order(['light', 'usual', 'heavy'])).toEqual(['heavy', 'usual', 'light']);
  });

  it('puts each queue first in proportion to its weight, so that a deep heavy one starves nobody', () => {
    const order = createWeightedOrder(weightOf);
    const firsts = Array.from({ length: 60 }, () => order(['heavy', 'usual', 'light'])[0] ?? '');
    const count = (queue: string) => firsts.filter((first) => first === queue).length;
    expect([count('heavy'), count('usual'), count('light')]).toEqual([30, 20, 10]);
  });

  it('keeps proportion within any whole cycle, whatever the weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }), (list) => {
        const order = createWeightedOrder((queue) => list[Number(queue)] ?? 1);
        const queues = list.map((_, index) => String(index));
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const firsts = Array.from({ length: total }, () => order(queues)[0] ?? '');
        for (const queue of queues)
          expect(firsts.filter((first) => first === queue)).toHaveLength(weightOfIn(list, queue));
      }),
    );
  });
});

function weightOfIn(list: readonly number[], queue: string): number {
  return list[Number(queue)] ?? 0;
}
