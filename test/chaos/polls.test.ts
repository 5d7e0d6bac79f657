import { expect, it } from 'vitest';
import { runChaos } from './run-chaos.ts';

it('swallows no job and burns no attempt, however the polls die that wait for them', async () => {
  const { code, said } = await runChaos('polls', '--polls', '100');
  for (const kind of ['fin', 'rst', 'half-open', 'sigkill', 'lost-answer'])
    expect(said).toMatch(new RegExp(`✔ ${kind} +100 `));
  expect(said).toContain('✔ no job was swallowed, no attempt burnt');
  expect(code, said).toBe(0);
}, 200_000);
