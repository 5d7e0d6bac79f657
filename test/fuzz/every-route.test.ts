import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, runFuzz } from '../../fuzz/run-fuzz.ts';
import { type Api, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ env: { LEASE_SECONDS: '600', CONFIRM_SECONDS: '60' } });
});
afterAll(() => api.stop());

// The short form of `npm run fuzz -- --minutes N`, which also watches the memory.
test(
  'whatever is sent to a route, it answers: never with 5xx, never too late, and nothing of its inside',
  { timeout: 120_000 },
  async () => {
    const { sent, statuses, findings } = await runFuzz({
      url: api.url,
      secret: api.secret,
      seed: 20_261,
      more: (count) => count < 1_000,
    });
    expect(findings).toEqual([]);
    expect(sent).toBe(1_000);
    // Enough got past the door to have met what lies behind it.
    expect((statuses['200'] ?? 0) + (statuses['422'] ?? 0)).toBeGreaterThan(300);
    expect(api.child.exitCode).toBeNull();
    expect(api.output()).not.toMatch(/nobody foresaw|unhandled/i);
  },
);

test.each([
  ['a fault of its own', 500, '{"success":false,"error":"x","code":"internal"}', /answered 500/],
  ['a refusal out of the envelope', 400, 'Bad Request', /without an envelope/],
  ['the line that failed', 422, '{"success":false,"error":"at async x.ts:12","code":"y"}', /told of its inside/],
])('an answer is found out that gives %s', (_, status, text, fault) => {
  expect(faultsOf(status, text).join()).toMatch(fault);
});
