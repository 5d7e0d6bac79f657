import { describe, expect, it } from 'vitest';
import { createFold } from '../../../src/api-bridge/queue/fold.ts';

describe('folding', () => {
  it('runs a lone call at once, and what arrives meanwhile as one batch', async () => {
    const batches: number[][] = [];
    const gates: PromiseWithResolvers<undefined>[] = [];
    const fold = createFold<number, number>({ inFlight: 1, largest: 100 }, async (items) => {
      batches.push([...items]);
      const gate = Promise.withResolvers<undefined>();
      gates.push(gate);
      await gate.promise;
      return items.map((item) => item * 10);
    });
    const first = fold(1);
    await turn();
    const rest = [2, 3, 4].map((item) => fold(item));
    await turn();
    expect(batches).toEqual([[1]]);
    gates[0]?.resolve(undefined);
    expect(await first).toBe(10);
    await turn();
    gates[1]?.resolve(undefined);
    expect(await Promise.all(rest)).toEqual([20, 30, 40]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it('never runs more than it may at once, nor more items than it may in one', async () => {
    let running = 0;
    let most = 0;
    const sizes: number[] = [];
    const fold = createFold<number, number>({ inFlight: 2, largest: 5 }, async (items) => {
      running += 1;
      most = Math.max(most, running);
      sizes.push(items.length);
      await turn();
      running -= 1;
      return items;
    });
    await Promise.all(Array.from({ length: 53 }, (_, n) => fold(n)));
    expect(most).toBe(2);
    expect(Math.max(...sizes)).toBe(5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(53);
  });

  it('begins batches apart, so that a stream of calls costs a few statements a second and a lone one none of the wait', async () => {
    const batches: number[][] = [];
    const fold = createFold<number, number>({ inFlight: 2, largest: 100, apartMs: 200 }, async (items) => {
      batches.push([...items]);
      return items;
    });
    expect(await fold(1)).toBe(1);
    const later = [2, 3].map((item) => fold(item));
    await turn();
    expect(batches).toEqual([[1]]);
    expect(await Promise.all(later)).toEqual([2, 3]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('does not start a second batch beside the first for a few calls only', async () => {
    const gate = Promise.withResolvers<undefined>();
    const sizes: number[] = [];
    const fold = createFold<number, number>({ inFlight: 2, secondFrom: 3, largest: 100 }, async (items) => {
      sizes.push(items.length);
      await gate.promise;
      return items;
    });
    const first = fold(1);
    await turn();
    const few = [2, 3].map((item) => fold(item));
    await turn();
    expect(sizes).toEqual([1]);
    const third = fold(4);
    await turn();
    expect(sizes).toEqual([1, 3]);
    gate.resolve(undefined);
    expect(await Promise.all([first, ...few, third])).toEqual([1, 2, 3, 4]);
  });

  it('tells every call of a batch that failed, and goes on', async () => {
    let fails = true;
    const fold = createFold<number, number>({ inFlight: 1, largest: 10 }, async (items) => {
      if (fails) throw new Error('the database is away');
      return items;
    });
    const told = await Promise.allSettled([fold(1), fold(2)]);
    expect(told.map((each) => each.status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await fold(3)).toBe(3);
  });

  it('rejects a call that its batch gave no result for, instead of leaving it to hang', async () => {
    const fold = createFold<number, number>({ inFlight: 1, largest: 10 }, async () => []);
    await expect(fold(1)).rejects.toThrow('no result');
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
