import { expect, it } from 'vitest';
import { createServiceTokenVerifier } from '../../../src/api-bridge/auth/verify-service-token.ts';
import { mintServiceToken } from '../../../src/process/service-token.ts';

const SECRET = 'a secret of more than thirty-two bytes for this test';

it('a remembered token dies with its expiry, and a token that differs in one character was never known', async () => {
  let now = Date.now();
  const verify = createServiceTokenVerifier({ secrets: { current: SECRET } }, () => now);
  const token = await mintServiceToken(SECRET, { type: 'worker', sub: 'w1' }, now);
  const first = await verify(token);
  expect(await verify(token)).toBe(first);
  await expect(verify(`${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`)).rejects.toThrow('signature');
  now += 304_000;
  expect(await verify(token), 'within the clock skew it is verified anew').toEqual(first);
  now += 2_000;
  await expect(verify(token)).rejects.toThrow('expired');
});
