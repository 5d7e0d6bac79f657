import { expect, test } from 'vitest';
import { createTurns } from '../../../src/jobs/tools/turns.ts';

const never = new AbortController().signal;

test('one works at a time, in the order in which they came', async () => {
  const turns = createTurns();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all(['a', 'b', 'c'].map((name) => turns.take(never, work(name))));
  expect(results).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('work that fails does not hold up the next', async () => {
  const turns = createTurns();
  const failed = turns.take(never, async () => Promise.reject(new Error('broken')));
  const next = turns.take(never, async () => 'done');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

test('who is aborted in line leaves at once, and those behind still wait for those before', async () => {
  const turns = createTurns();
  const first = Promise.withResolvers<string>();
  const stop = new AbortController();
  const seen: string[] = [];
  const a = turns.take(never, () => first.promise);
  const b = turns.take(stop.signal, async () => seen.push('b'));
  const c = turns.take(never, async () => seen.push('c'));
  stop.abort(new Error('cancelled'));
  await expect(b).rejects.toThrow('cancelled');
  expect(seen).toEqual([]);
  first.resolve('a');
  await Promise.all([a, c]);
  expect(seen).toEqual(['c']);
});
