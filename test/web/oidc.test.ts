import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { startIdentityProvider, type Somebody } from './support/identity-provider.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
let stage: Stage;

beforeAll(async () => {
  const port = await freePort();
  const redirect = `http://127.0.0.1:${port}/signin/callback`;
  provider = await startIdentityProvider(redirect);
  stage = await setStage(
    {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'powernode',
      OIDC_CLIENT_SECRET: 'the secret of the test',
      OIDC_REDIRECT_URL: redirect,
      OIDC_LABEL: 'Sign in with Example',
      OIDC_ROLES: 'ops=operator,chiefs=admin+payloads',
    },
    { WEB_PORT: String(port) },
  );
}, 60_000);
afterAll(async () => {
  await stage.stop();
  await provider.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const pathOf = (answer: Response) => {
  const url = new URL(answer.headers.get('location') ?? '', provider.issuer);
  return { origin: url.origin, path: `${url.pathname}${url.search}` };
};

/** From our page to the provider, through it, and to the address that it sends the browser back to. */
async function goThere(visitor: Visitor, who: Somebody | 'denies', next = '/jobs'): Promise<string> {
  provider.expect(who);
  const browser = createVisitor(provider.issuer);
  let at = pathOf(await visitor.ask(`/signin/oidc?next=${encodeURIComponent(next)}`));
  while (at.origin === provider.issuer) at = pathOf(await browser.ask(at.path));
  return at.path;
}
async function signIn(visitor: Visitor, who: Somebody | 'denies'): Promise<Response> {
  return await visitor.ask(await goThere(visitor, who));
}
const accountOf = async (email: string) =>
  (await stage.sql('SELECT role, sees_payloads, password_hash FROM worker_api.operator WHERE email = $1', [email]))[0];

const ann = { id: 'ann-1', email: 'ann@example.org', email_verified: true, groups: ['staff', 'ops'] };

describe('signing in through the identity provider', () => {
  it('is offered, makes an account with the role of the claims, and leads to where somebody wanted to go', async () => {
    const visitor = createVisitor(stage.url);
    const page = await visitor.page('/signin?next=/workers');
    expect(page).toContain('href="/signin/oidc?next=%2Fworkers"');
    expect(page).toContain('Sign in with Example');
    const done = await signIn(visitor, ann);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/jobs']);
    expect(await visitor.page('/sessions')).toContain('identity provider');
    expect(await accountOf(ann.email)).toEqual({ role: 'operator', sees_payloads: false, password_hash: null });
    const [line] = await stage.sql(`SELECT detail FROM worker_api.audit WHERE action = 'operator.sign_in'
      AND target = 'ann@example.org'`);
    expect(line).toEqual({ detail: { by: 'oidc' } });
  });

  it('gives the role that the claims give now, and ends the sessions that had another', async () => {
    const before = createVisitor(stage.url);
    await signIn(before, ann);
    await signIn(createVisitor(stage.url), { ...ann, groups: ['chiefs', 'ops'] });
    expect(await accountOf(ann.email)).toMatchObject({ role: 'admin', sees_payloads: true });
    expect((await before.ask('/overview')).headers.get('location')).toBe('/signin');
    await signIn(createVisitor(stage.url), ann);
    expect(await accountOf(ann.email)).toMatchObject({ role: 'operator', sees_payloads: false });
  });

  it('keeps no secret where the browser or the worker could see it', async () => {
    const visitor = createVisitor(stage.url);
    const there = pathOf(await visitor.ask('/signin/oidc'));
    const query = new URLSearchParams(there.path.split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' });
    expect(query.get('nonce')).toBeTruthy();
    expect([...visitor.jar.values()].join()).not.toMatch(/verifier|secret/);
    const [flow] = await stage.sql('SELECT verifier, state_hash FROM worker_api.oidc_flow ORDER BY expires_at DESC');
    expect(there.path).not.toContain(flow.verifier);
    expect(flow.state_hash).not.toBe(query.get('state'));
  });
});

describe('somebody is not signed in, and told why,', () => {
  it.each<[string, Somebody | 'denies', string]>([
    ['who is denied there', 'denies', 'not let in by the identity provider, or cancelled'],
    ['who has no role', { ...ann, id: 'bob', email: 'bob@example.org', groups: ['staff'] }, 'no role belongs to your'],
    ['whose groups are not told', { id: 'cat', email: 'cat@example.org' }, 'no role belongs to your groups'],
    ['whose e-mail is not told', { id: 'dan', groups: ['ops'] }, 'did not tell your e-mail'],
    [
      'who claims an e-mail that has an account, unchecked',
      { id: 'eve', email: 'admin@example.com', email_verified: false, groups: ['chiefs'] },
      'has not checked that it is yours',
    ],
  ])('%s', async (_, who, why) => {
    const visitor = createVisitor(stage.url);
    const answer = await signIn(visitor, who);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain(why);
    expect((await visitor.ask('/overview')).headers.get('location')).toBe('/signin');
  });

  it('whose account was disabled here, whatever the provider says', async () => {
    await signIn(createVisitor(stage.url), { ...ann, id: 'gone', email: 'gone@example.org' });
    await stage.sql(`UPDATE worker_api.operator SET disabled_at = now() WHERE email = 'gone@example.org'`);
    const answer = await signIn(createVisitor(stage.url), { ...ann, id: 'gone', email: 'gone@example.org' });
    expect(await answer.text()).toContain('Your account is disabled');
  });

  it('who brings back an answer that another browser was given, or the same one twice', async () => {
    const [mine, theirs] = [createVisitor(stage.url), createVisitor(stage.url)];
    const back = await goThere(mine, ann);
    await theirs.ask('/signin/oidc');
    const stolen = await theirs.ask(back);
    expect(stolen.status).toBe(400);
    expect(await stolen.text()).toContain('was not begun in this browser');
    const cookies = new Map(mine.jar);
    expect((await mine.ask(back)).status).toBe(303);
    for (const [name, value] of cookies) mine.jar.set(name, value);
    const again = await mine.ask(back);
    expect([again.status, (await again.text()).includes('was used before')]).toEqual([401, true]);
  });

  it('whose code was made up', async () => {
    const visitor = createVisitor(stage.url);
    const back = new URL(await goThere(visitor, ann), stage.url);
    back.searchParams.set('code', 'made-up');
    const answer = await visitor.ask(`${back.pathname}${back.search}`);
    expect([answer.status, (await answer.text()).includes('does not hold')]).toEqual([401, true]);
  });
});

it('joins an account that has a password when the provider has checked the e-mail', async () => {
  await stage.addOperator('fay@example.org', 'viewer');
  const visitor = createVisitor(stage.url);
  await signIn(visitor, { ...ann, id: 'fay', email: 'Fay@example.org' });
  expect(await accountOf('fay@example.org')).toMatchObject({ role: 'operator' });
  expect((await createVisitor(stage.url).signIn('fay@example.org', PASSWORD)).status).toBe(303);
});
