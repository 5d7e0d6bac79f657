import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebApp } from '../../src/web/app.ts';
import { readWebEnv } from '../../src/web/env.ts';
import { createLogger } from '../../src/process/logger.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from './support/visitor.ts';

const HOST = 'dashboard.example';
const ask = async () => Promise.reject(new Error('expected nobody to ask the API'));

/** The app over a bridge that nobody may use: whatever gets past the door is found out. */
function sealedApp(env: Record<string, string> = {}) {
  return createWebApp({
    env: readWebEnv({ WORKER_SERVICE_TOKEN: 'x'.repeat(32), ...env }),
    bridge: { ask, signIn: ask, apiHealth: ask, circuits: () => [], close: ask } as never,
    metrics: { measure: () => undefined } as never,
    log: createLogger({ name: 'web', level: 'silent' }),
  } as never);
}

const mutating = () =>
  sealedApp()
    .routes.filter(({ method, path }) => !['GET', 'ALL', 'HEAD', 'OPTIONS'].includes(method) && path !== '/*')
    .map(({ method, path }) => ({ method, path: path.replace(/:\w+(?:\{[^}]+\})?/g, 'x') }));

const CROSS: [string, Record<string, string>][] = [
  ['another site', { 'sec-fetch-site': 'cross-site', origin: `https://${HOST}` }],
  ['a sister domain', { 'sec-fetch-site': 'same-site', origin: `https://${HOST}` }],
  ['the address bar', { 'sec-fetch-site': 'none' }],
  ['another origin', { origin: 'https://evil.example' }],
  ['another port', { origin: `https://${HOST}:8443` }],
  ['a name that begins alike', { origin: `https://${HOST}.evil.example` }],
  ['a sandbox', { origin: 'null' }],
  ['an origin that is none', { origin: HOST }],
  ['nowhere', {}],
  ['a referrer alone', { referer: `https://${HOST}/jobs` }],
];

describe('a form that another site made the browser send', () => {
  it('is looked for on every route that changes something', () => {
    expect(mutating().length).toBeGreaterThan(8);
  });

  it.each(CROSS)('changes nothing anywhere: from %s', async (_, headers) => {
    const app = sealedApp();
    for (const { method, path } of mutating()) {
      const body = new URLSearchParams({ reason: 'because', email: ADMIN, password: PASSWORD });
      const request = new Request(`https://${HOST}${path}`, { method, body });
      request.headers.set('host', HOST);
      request.headers.set('cookie', 'powernode_session=pns_aaaaaaaaaaaaaaaaaaaa');
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      const answer = await app.fetch(request);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });
});

describe('a session', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({}, { WEB_SECURE_COOKIES: 'true' });
  }, 60_000);
  afterAll(() => stage.stop());

  it('has a new token after each sign-in, and the one before is worth nothing', { timeout: 60_000 }, async () => {
    const visitor = createVisitor(stage.url);
    const entered = await visitor.signIn(ADMIN, PASSWORD);
    const [line = ''] = entered.headers.getSetCookie().filter((each) => each.startsWith('__Host-powernode_session='));
    for (const flag of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(line).toContain(`; ${flag}`);
    expect(line).not.toMatch(/Domain=/i);
    const before = visitor.jar.get('__Host-powernode_session') ?? '';
    await visitor.signIn(ADMIN, PASSWORD);
    const after = visitor.jar.get('__Host-powernode_session') ?? '';
    expect(after).not.toBe(before);
    const old = createVisitor(stage.url);
    old.jar.set('__Host-powernode_session', before);
    expect((await old.ask('/overview')).status).toBe(303);
    expect((await visitor.ask('/overview')).status).toBe(200);
  });

  it('is never one that somebody else chose', { timeout: 60_000 }, async () => {
    const visitor = createVisitor(stage.url);
    visitor.jar.set('__Host-powernode_session', 'pns_chosen-by-somebody-else-aaaaaaaaaaaaaaaa');
    await visitor.signIn(ADMIN, PASSWORD);
    expect(visitor.jar.get('__Host-powernode_session')).not.toContain('chosen');
  });
});
