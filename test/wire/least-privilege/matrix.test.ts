import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contract/routes/index.ts';
import { type Api, startApi } from '../../support/api.ts';
import { callerOf } from '../support/client.ts';
import { GRANTS, includes, type Route } from './grants.ts';
import { requestsOf, send } from './requests.ts';
import { footprint, setStage, STAGE_ENV, type Stage } from './stage.ts';

let api: Api;
let stage: Stage;
let requestOf: ReturnType<typeof requestsOf>;

beforeAll(async () => {
  api = await startApi({ env: STAGE_ENV });
  stage = await setStage(api);
  requestOf = requestsOf((await callerOf(api.url, undefined).get('/openapi.json')).body, stage);
});
afterAll(() => api.stop());

const holdersOf = (route: Route) => GRANTS.get(route.name) ?? [];

test('every route says in the matrix whom it is for, and nothing else is in there', () => {
  const names = ROUTES.map((route) => route.name);
  expect(
    names.filter((name) => !GRANTS.has(name)),
    'add them to grants.ts',
  ).toEqual([]);
  expect([...GRANTS.keys()].filter((name) => !names.includes(name))).toEqual([]);
});

describe('every route × every token', { timeout: 120_000 }, () => {
  test('outside its grant a token is refused, without exception and without effect', async () => {
    const before = await footprint(api);
    const wrong: string[] = [];
    let refused = 0;
    for (const route of ROUTES) {
      const outside = stage.bearers.filter(({ kind }) => !includes(holdersOf(route), kind));
      await Promise.all(
        outside.map(async ({ who, kind, token }) => {
          const { status } = await send(api, route, token, requestOf(route));
          const isKnown = kind !== 'nobody';
          if (status === (isKnown ? 403 : 401)) refused += 1;
          else wrong.push(`${route.name}: ${who} got ${status}`);
        }),
      );
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(ROUTES.length * 20);
    expect(await footprint(api)).toEqual(before);
  });

  test('inside its grant it is not refused: the refusals above are not for another reason', async () => {
    const wrong: string[] = [];
    for (const route of ROUTES.toSorted((a, b) => harm(a) - harm(b))) {
      const inside = stage.bearers.find(({ kind }) => includes(holdersOf(route), kind));
      const { body, text } = await send(api, route, inside?.token, requestOf(route));
      if (['unauthorized', 'forbidden'].includes(body?.code))
        wrong.push(`${route.name}: ${inside?.who ?? 'nobody'} got ${text}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** What ends something comes after what needs it. */
function harm({ name, method }: Route): number {
  if (name === 'deleteWorker') return 3;
  return /^(?:complete|fail|release|settle)/.test(name) ? 2 : method === 'get' ? 0 : 1;
}
