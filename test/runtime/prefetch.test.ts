import { expect, test } from 'vitest';
import { createPrefetch } from '../../src/runtime/prefetch.ts';
import { createSlots } from '../../src/runtime/slots.ts';

test('nothing is prefetched before runs have shown to be quick, and no longer once they are long', () => {
  const prefetch = createPrefetch(5);
  expect(prefetch.allowance()).toBe(0);
  prefetch.observe(50);
  expect(prefetch.allowance()).toBe(5);
  for (let run = 0; run < 3; run += 1) prefetch.observe(10_000);
  expect(prefetch.allowance()).toBe(0);
  for (let run = 0; run < 100; run += 1) prefetch.observe(50);
  expect(prefetch.allowance()).toBe(5);
});

test('as much is prefetched as the slots get through in a moment, and never more than a few hundred jobs', () => {
  expect(allowanceAfter(5, 10)).toBe(25);
  expect(allowanceAfter(32, 80)).toBe(20);
  expect(allowanceAfter(1000, 0)).toBe(500);
});

function allowanceAfter(concurrency: number, runMs: number): number {
  const prefetch = createPrefetch(concurrency);
  prefetch.observe(runMs);
  return prefetch.allowance();
}

test('a slot that is freed twice makes room once', () => {
  let freed = 0;
  const slots = createSlots(2, () => (freed += 1));
  const first = slots.take();
  const second = slots.take();
  expect([slots.take(), slots.free]).toEqual([undefined, 0]);
  first?.();
  first?.();
  expect([slots.free, freed]).toEqual([1, 1]);
  second?.();
  expect([slots.free, freed]).toEqual([2, 2]);
});
