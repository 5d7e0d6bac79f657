import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let stage: Stage;
let admin: Visitor;

beforeAll(async () => {
  stage = await setStage();
  admin = createVisitor(stage.url);
  await admin.signIn(ADMIN, PASSWORD);
}, 60_000);
afterAll(async () => {
  await stage.stop();
});

const idOf = async (email: string) =>
  (await stage.sql('SELECT id FROM worker_api.operator WHERE email = $1', [email]))[0]?.id as string;

describe('somebody who is invited', () => {
  it('is led to a password of their own before anything else, and from there to the dashboard', async () => {
    const twice = await admin.post('/users/invite', { email: ADMIN, role: 'viewer' });
    expect(twice.status).toBe(400);
    expect(await twice.text()).toContain('got one that has an account');
    const made = await admin.post('/users/invite', { email: 'ann@example.com', role: 'operator', payloads: 'yes' });
    const once = /<code class="once">([^<]+)</.exec(await made.text())?.[1] ?? '';
    expect(await admin.page('/users')).not.toContain(once);

    const ann = createVisitor(stage.url);
    expect((await ann.signIn('ann@example.com', once)).headers.get('location')).toBe('/overview');
    expect((await ann.ask('/overview')).headers.get('location')).toBe('/password');
    expect((await ann.ask('/jobs')).headers.get('location')).toBe('/password');
    const form = { current: once, next: 'a password of her own', again: 'a password of her own' };
    for (const [fields, fault] of [
      [{ ...form, again: 'another' }, 'The two new passwords differ.'],
      [{ ...form, next: 'short', again: 'short' }, 'Use at least 10 characters.'],
      [{ ...form, current: 'guessed' }, 'That is not your current password.'],
      [{ ...form, next: once, again: once }, 'Expected another password than the current one'],
    ] as const) {
      const refused = await ann.post('/password', fields);
      expect([refused.status, (await refused.text()).includes(fault)], fault).toEqual([400, true]);
    }
    expect((await ann.post('/password', form)).headers.get('location')).toBe('/overview');
    expect(await ann.page('/overview')).toContain('Your password is changed');
    expect(await ann.page('/overview')).not.toContain('href="/users"');
  });
});

describe('an admin', () => {
  it('changes rights, which ends the sessions, and cannot take themselves away as the last one', async () => {
    await stage.addOperator('bob@example.com', 'operator');
    const bob = createVisitor(stage.url);
    await bob.signIn('bob@example.com', PASSWORD);
    await bob.page('/overview');
    const path = `/users/${await idOf('bob@example.com')}/edit`;
    expect(await admin.page(path)).toMatch(/value="operator" checked/);
    expect((await admin.post(path, { role: 'viewer', reason: 'on leave' })).status).toBe(303);
    expect((await bob.ask('/overview')).headers.get('location')).toBe('/signin');
    const own = await admin.post(`/users/${await idOf(ADMIN)}/edit`, { role: 'viewer' });
    expect(own.status).toBe(400);
    expect(await own.text()).toContain('expected another admin who can sign in, got the last one'.slice(1));
    await admin.page('/users');
  });
});

describe('sessions', () => {
  it('are seen with their device and ended by a button', async () => {
    await stage.addOperator('cat@example.com', 'viewer');
    const [here, there] = [createVisitor(stage.url), createVisitor(stage.url)];
    const agent = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU) AppleWebKit Version/18 Safari/604' };
    await here.signIn('cat@example.com', PASSWORD);
    await there.post('/signin', { email: 'cat@example.com', password: PASSWORD }, agent);
    const page = await here.page('/sessions');
    expect(page).toContain('Safari on iOS');
    const end = /action="(\/sessions\/[^"]+\/end)"/.exec(page)?.[1] ?? '';
    expect((await here.post(end, {})).status).toBe(303);
    expect((await there.ask('/overview')).headers.get('location')).toBe('/signin');
    expect((await here.ask('/sessions?all=yes')).status).toBe(403);
    expect(await admin.page('/sessions?all=yes')).toContain('cat@example.com');
    expect((await there.post(end, {})).headers.get('location')).toBe('/signin');
  });

  it('are new at each sign-in, and the one before is dead', async () => {
    const visitor = createVisitor(stage.url);
    await visitor.signIn('cat@example.com', PASSWORD);
    const before = [...visitor.jar.values()].find((value) => value.startsWith('pns_')) ?? '';
    await visitor.signIn('cat@example.com', PASSWORD);
    await visitor.page('/overview');
    const answer = await fetch(`${stage.api.url}/api/v1/worker_auth/verify_session`, {
      headers: { authorization: `Bearer ${before}` },
    });
    expect(answer.status).toBe(401);
  });
});
