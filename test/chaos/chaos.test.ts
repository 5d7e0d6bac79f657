import { expect, it } from 'vitest';
import { runChaos } from './run-chaos.ts';

it('loses nothing and does nothing twice while processes die, freeze and cannot hear each other', async () => {
  const { code, said } = await runChaos('--minutes', '0.4', '--seed', '7', '--jobs', '1500');
  expect(said).toContain('✔ no violation');
  expect(said).toMatch(/faults: .*kill-worker/);
  expect(code, said).toBe(0);
}, 300_000);
