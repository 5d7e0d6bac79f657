import { expect, it } from 'vitest';
import { createRecent } from '../../../src/api-bridge/admin/recent.ts';

it('asks once for everybody who asks within its age, and again afterwards', async () => {
  let [asked, clockMs] = [0, 0];
  const recent = createRecent(
    async () => (asked += 1),
    1_000,
    () => clockMs,
  );
  expect(await Promise.all([recent(), recent(), recent()])).toEqual([1, 1, 1]);
  clockMs = 999;
  expect(await recent()).toBe(1);
  clockMs = 1_000;
  expect(await recent()).toBe(2);
});

it('does not remember a failure: whoever asks next tries again', async () => {
  let asked = 0;
  const recent = createRecent(async () => {
    asked += 1;
    if (asked === 1) throw new Error('away');
    return asked;
  }, 60_000);
  await expect(Promise.all([recent(), recent()])).rejects.toThrow('away');
  expect(await recent()).toBe(2);
});
