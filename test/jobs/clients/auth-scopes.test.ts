import { expect, test } from 'vitest';
import { createAuthScopes, PRIMARY_TOKEN_SECONDS } from '../../../src/jobs/clients/auth-scopes.ts';
import { data, failed, faultOf, scriptedBackend, type Seen } from './support/scripted-backend.ts';

const account = (token: string) => data({ account: { id: 'a1', primary_service_token: token } });
const isLookUp = ({ url }: Seen) => /internal\/accounts|admin\/services/.test(url);

async function scopesTo(reply: (seen: Seen, nth: number) => ReturnType<typeof data>) {
  const clock = { nowMs: 0 };
  const to = await scriptedBackend((seen, nth) =>
    isLookUp(seen) ? reply(seen, nth) : data(seen.headers.authorization),
  );
  const scopes = createAuthScopes(to.backend, () => clock.nowMs);
  const lookUps = () => to.seen.filter(isLookUp).map(({ url }) => url.replace('/api/v1/', ''));
  return { to, scopes, clock, lookUps, [Symbol.asyncDispose]: () => to[Symbol.asyncDispose]() };
}

test('a system worker speaks with the worker’s own token', async () => {
  await using stage = await scopesTo(() => account('t'));
  expect(await stage.scopes.systemWorker().get('x')).toBe('Bearer service-token');
  expect(stage.lookUps()).toEqual([]);
});

test('an account’s token is looked up once in 300 s, however many ask at once', async () => {
  await using stage = await scopesTo((_, nth) => account(`t${nth}`));
  const ask = () => stage.scopes.primaryService('a1').get('x');
  expect(new Set(await Promise.all(Array.from({ length: 20 }, ask)))).toEqual(new Set(['Bearer t1']));
  stage.clock.nowMs = PRIMARY_TOKEN_SECONDS * 1000 - 1;
  expect(await ask()).toBe('Bearer t1');
  expect(stage.lookUps()).toEqual(['internal/accounts/a1']);
  stage.clock.nowMs += 1;
  expect(await ask()).not.toBe('Bearer t1');
  expect(stage.lookUps()).toHaveLength(2);
  expect(PRIMARY_TOKEN_SECONDS).toBe(300);
});

test('accounts never share a token', async () => {
  await using stage = await scopesTo(({ url }) => data({ primary_service_token: `of-${url.split('/').at(-1)}` }));
  expect(await stage.scopes.primaryService('a1').get('x')).toBe('Bearer of-a1');
  expect(await stage.scopes.primaryService('a2').get('x')).toBe('Bearer of-a2');
});

test('an account without one falls back to its primary service', async () => {
  const services = [
    { token: 'other', primary: false },
    { token: 'primary', is_primary: true },
  ];
  await using stage = await scopesTo(({ url }) => (url.includes('accounts/') ? failed(404) : data({ services })));
  expect(await stage.scopes.primaryService('a1').get('x')).toBe('Bearer primary');
  expect(stage.lookUps()).toEqual(['internal/accounts/a1', 'admin/services?account_id=a1']);
});

test('without any, the job is told so, and nobody’s token is taken in its place', async () => {
  await using stage = await scopesTo(() => data({ services: [{ token: 'other' }] }));
  expect(await faultOf(stage.scopes.primaryService('a1').get('x'))).toMatchObject({ code: 'no_primary_service' });
  expect(stage.to.seen.filter((seen) => !isLookUp(seen))).toEqual([]);
});

test('a look-up that failed is made again by the next call', async () => {
  await using stage = await scopesTo((_, nth) => (nth === 1 ? failed(500) : account('t')));
  expect(await faultOf(stage.scopes.primaryService('a1').get('x'))).toMatchObject({ status: 500 });
  expect(await stage.scopes.primaryService('a1').get('x')).toBe('Bearer t');
});

test('beyond a thousand accounts the oldest are forgotten, so that none fills the memory', async () => {
  await using stage = await scopesTo(() => account('t'));
  const ids = Array.from({ length: 1_001 }, (_, nth) => `a${nth}`);
  for (const id of ids) await stage.scopes.primaryService(id).get('x');
  await stage.scopes.primaryService('a1000').get('x');
  expect(stage.lookUps()).toHaveLength(1_001);
  await stage.scopes.primaryService('a0').get('x');
  expect(stage.lookUps()).toHaveLength(1_002);
});
