import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { DeadlineExceeded, withCallDeadline } from '../../src/process/call-deadline.ts';

const obeys = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

test('a call that never answers ends at its deadline', async () => {
  await expect(withCallDeadline(5, undefined, obeys)).rejects.toBeInstanceOf(DeadlineExceeded);
});

test("the caller's abort reaches the call with its reason, also when it came before", async () => {
  const caller = new AbortController();
  const call = withCallDeadline(60_000, caller.signal, obeys);
  caller.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  await expect(withCallDeadline(60_000, caller.signal, obeys)).rejects.toThrow('enough');
});

test('a signal that lives as long as the process gathers no listeners from the calls made under it', async () => {
  const process = new AbortController();
  for (let call = 0; call < 100; call += 1) await withCallDeadline(60_000, process.signal, async () => call);
  await expect(withCallDeadline(1, process.signal, obeys)).rejects.toThrow();
  expect(getEventListeners(process.signal, 'abort')).toEqual([]);
});

test('without a deadline a call may take for ever', async () => {
  expect(await withCallDeadline(Infinity, undefined, async (signal) => signal.aborted)).toBe(false);
});
