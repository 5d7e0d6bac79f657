import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from './support/visitor.ts';

// Each sign-in costs a fifth of a second of work by design, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());
beforeEach(() => stage.sql('DELETE FROM worker_api.sign_in_failure'));

describe('the way in', () => {
  it('leads a stranger to the sign-in and back to where they wanted to go', async () => {
    const visitor = createVisitor(stage.url);
    const refused = await visitor.ask('/jobs?q=state:failed');
    expect(refused.status).toBe(303);
    const next = new URL(refused.headers.get('location') ?? '', stage.url).searchParams.get('next') ?? '';
    expect(next).toBe('/jobs?q=state:failed');
    const entered = await visitor.post('/signin', { email: ADMIN, password: PASSWORD, next });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/jobs?q=state:failed']);
    expect(await visitor.page('/jobs?q=state:failed')).toContain('<h1>Jobs</h1>');
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/%0d%0aSet-Cookie:x'])(
    'is not a way to %s',
    async (next) => {
      const entered = await createVisitor(stage.url).post('/signin', { email: ADMIN, password: PASSWORD, next });
      const where = new URL(entered.headers.get('location') ?? '', stage.url);
      expect(where.origin).toBe(stage.url);
      expect(entered.headers.getSetCookie().some((line) => line.startsWith('x'))).toBe(false);
    },
  );

  it('keeps the session where neither scripts nor other sites get at it', async () => {
    const entered = await createVisitor(stage.url).signIn(ADMIN, PASSWORD);
    const cookie = entered.headers.getSetCookie().find((line) => line.startsWith('powernode_session=')) ?? '';
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).toMatch(/; Expires=/);
  });

  it('says how many tries are left, keeps the e-mail and not the password, and ends in a wait', async () => {
    const visitor = createVisitor(stage.url);
    const first = await visitor.signIn('heron@example.com', 'not the password');
    const page = await first.text();
    expect(first.status).toBe(401);
    expect(page).toContain('Email and password do not match, 9 tries left.');
    expect(page).toContain('value="heron@example.com"');
    expect(page).not.toContain('not the password');
    for (let n = 0; n < 9; n += 1) await visitor.signIn('heron@example.com', 'wrong');
    const blocked = await visitor.signIn('heron@example.com', 'wrong');
    expect(blocked.status).toBe(429);
    expect(await blocked.text()).toMatch(/Too many failed sign-ins\. Try again in 1[45]m/);
  });

  it('counts by the address of the person, not of the dashboard, only when it may believe its proxy', async () => {
    const visitor = createVisitor(stage.url);
    await visitor.post('/signin', { email: 'a@b.c', password: 'x' }, { 'x-forwarded-for': '203.0.113.9' });
    expect(await stage.sql('SELECT ip FROM worker_api.sign_in_failure')).toEqual([{ ip: '127.0.0.1' }]);
  });

  it.each([{}, { email: ADMIN }, { email: 'a\u0000b', password: 'x' }, { email: 'x'.repeat(5000), password: 'x' }])(
    'answers a form with faults with the form: %j',
    async (fields) => {
      const answer = await createVisitor(stage.url).post('/signin', fields);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('Enter an email and a password.');
    },
  );

  it('says who is misconfigured when the API does not know this process', async () => {
    const strange = await setStageWithForeignSecret();
    const answer = await createVisitor(strange.url).signIn(ADMIN, PASSWORD);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('WORKER_SERVICE_TOKEN differs');
    await strange.stop();
  });
});

describe('the way out', () => {
  it('ends the session at the API too: the cookie is worth nothing afterwards', async () => {
    const visitor = createVisitor(stage.url);
    await visitor.signIn(ADMIN, PASSWORD);
    const session = visitor.jar.get('powernode_session') ?? '';
    expect((await visitor.post('/signout', {})).headers.get('location')).toBe('/signin');
    expect(visitor.jar.has('powernode_session')).toBe(false);
    expect(await visitor.page('/signin')).toContain('You are signed out.');
    visitor.jar.set('powernode_session', session);
    expect((await visitor.ask('/overview')).headers.get('location')).toBe('/signin');
  });

  it('is told to somebody whose session has ended meanwhile, once', async () => {
    const visitor = createVisitor(stage.url);
    await visitor.signIn(ADMIN, PASSWORD);
    await stage.sql('DELETE FROM worker_api.operator_session');
    const ended = await visitor.ask('/workers');
    expect(ended.headers.get('location')).toBe('/signin?next=%2Fworkers');
    expect(await visitor.page('/signin')).toContain('Your session has ended.');
    expect(await visitor.page('/signin')).not.toContain('Your session has ended.');
  });

  it('never shows a signed-in page from a cookie that is not a session', async () => {
    for (const forged of ['pns_', 'pns_x', `pns_${'a'.repeat(5000)}`, 'eyJhbGciOiJIUzI1NiJ9.e30.x', '%00', '"']) {
      const visitor = createVisitor(stage.url);
      visitor.jar.set('powernode_session', forged);
      expect((await visitor.ask('/overview')).status, forged).toBe(303);
    }
  });
});

async function setStageWithForeignSecret() {
  const { createWebService, readWebEnv } = await import('../../src/web/index.ts');
  const { createLogger } = await import('../../src/process/logger.ts');
  const web = createWebService({
    env: readWebEnv({ WEB_PORT: '0', BACKEND_API_URL: stage.api.url, WORKER_SERVICE_TOKEN: 'x'.repeat(32) }),
    log: createLogger({ name: 'web', level: 'silent' }),
  });
  await web.start();
  return { url: `http://127.0.0.1:${web.port()}`, stop: () => web.stop() };
}
