import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOverview, authenticateUser, verifySession } from '../../../src/contract/routes/operators.ts';
import * as people from '../../../src/contract/routes/people.ts';
import { startOperatorBridge, type OperatorBridge } from './operator-bridge.ts';

const PASSWORD = 'correct horse battery';
let bridge: OperatorBridge;
let boss = '';
let bossId = '';

beforeAll(async () => {
  bridge = await startOperatorBridge();
  await bridge.addOperator('boss@example.com', PASSWORD, 'admin');
  ({ token: boss, id: bossId } = await signIn('boss@example.com', PASSWORD));
}, 60_000);
afterAll(async () => {
  await bridge.stop();
});

async function signIn(email: string, password: string) {
  const { data } = await bridge.client.call(authenticateUser, { body: { email, password, user_agent: 'Firefox' } });
  return { token: data.session_token, id: data.user.id };
}
const invite = async (email: string, role: 'viewer' | 'operator' | 'admin' = 'viewer') =>
  (await bridge.client.call(people.invitePerson, { token: boss, body: { email, role } })).data;
const overview = (token: string) => bridge.client.call(readOverview, { token });

describe('an invitation', () => {
  it('opens nothing but the form for a password of their own, and is told once', async () => {
    const { password, person } = await invite('ann@example.com');
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    const { rows } = await bridge.pool.query('SELECT password_hash FROM worker_api.operator WHERE id = $1', [
      person.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(password);
    const { token } = await signIn('ann@example.com', password);
    await expect(overview(token)).rejects.toMatchObject({ status: 403, code: 'password_change_needed' });
    const body = { current: password, next: 'a new password of hers' };
    await expect(
      bridge.client.call(people.changeOwnPassword, { token, body: { ...body, next: 'ann@example.com!' } }),
    ).rejects.toMatchObject({ code: 'validation_failed' });
    const { data } = await bridge.client.call(people.changeOwnPassword, { token, body });
    expect((await overview(data.session_token)).status).toBe(200);
    await expect(bridge.client.call(verifySession, { token })).rejects.toMatchObject({ status: 401 });
    await expect(signIn('ann@example.com', password)).rejects.toMatchObject({ code: 'sign_in_refused' });
  });

  it('is worth nothing after its week', async () => {
    const { password, person } = await invite('late@example.com');
    await bridge.pool.query(`UPDATE worker_api.operator SET one_time_until = now() - interval '1 s' WHERE id = $1`, [
      person.id,
    ]);
    await expect(signIn('late@example.com', password)).rejects.toMatchObject({ code: 'sign_in_refused' });
  });

  it('is refused for an e-mail that has an account, in whatever letters', async () => {
    await expect(invite('BOSS@example.com')).rejects.toMatchObject({ status: 409 });
  });
});

describe('a change of rights', () => {
  it('ends every session that had the old ones, and is written down with both', async () => {
    await bridge.addOperator('role@example.com', PASSWORD, 'operator');
    const { token, id } = await signIn('role@example.com', PASSWORD);
    await overview(token);
    const body = { role: 'viewer' as const, seesPayloads: true, reason: 'moved teams' };
    const { data } = await bridge.client.call(people.changePerson, { token: boss, params: { id }, body });
    expect(data).toMatchObject({ role: 'viewer', seesPayloads: true, sessions: 0 });
    await expect(overview(token)).rejects.toMatchObject({ status: 401 });
    const { rows } = await bridge.pool.query(
      `SELECT reason, detail FROM worker_api.audit WHERE action = 'person.change' AND target = 'role@example.com'`,
    );
    expect(rows).toMatchObject([{ reason: 'moved teams', detail: { role: 'viewer', before: { role: 'operator' } } }]);
  });

  it('never takes the last admin away, not even when two take each other at once', async () => {
    const alone = { token: boss, params: { id: bossId } };
    for (const body of [{ role: 'operator' as const }, { disabled: true }])
      await expect(bridge.client.call(people.changePerson, { ...alone, body })).rejects.toMatchObject({ status: 409 });
    await bridge.addOperator('second@example.com', PASSWORD, 'admin');
    const second = await signIn('second@example.com', PASSWORD);
    const outcomes = await Promise.allSettled([
      bridge.client.call(people.changePerson, { token: boss, params: { id: second.id }, body: { role: 'viewer' } }),
      bridge.client.call(people.changePerson, {
        token: second.token,
        params: { id: bossId },
        body: { disabled: true },
      }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    const left = await bridge.pool.query(
      `SELECT 1 FROM worker_api.operator WHERE role = 'admin' AND disabled_at IS NULL`,
    );
    expect(left.rowCount).toBeGreaterThan(0);
    await bridge.pool.query(`UPDATE worker_api.operator SET role = 'admin', disabled_at = NULL WHERE id = $1`, [
      bossId,
    ]);
    ({ token: boss } = await signIn('boss@example.com', PASSWORD));
  });

  it('disables: no session lives on, and nobody signs in', async () => {
    await bridge.addOperator('gone@example.com', PASSWORD);
    const { token, id } = await signIn('gone@example.com', PASSWORD);
    await bridge.client.call(people.changePerson, { token: boss, params: { id }, body: { disabled: true } });
    await expect(overview(token)).rejects.toMatchObject({ status: 401 });
    await expect(signIn('gone@example.com', PASSWORD)).rejects.toMatchObject({ code: 'sign_in_refused' });
    await bridge.client.call(people.changePerson, { token: boss, params: { id }, body: { disabled: false } });
    await signIn('gone@example.com', PASSWORD);
  });
});

describe('a password', () => {
  it('that an admin resets ends the sessions, and an own one is not reset so', async () => {
    await bridge.addOperator('lost@example.com', PASSWORD);
    const { token, id } = await signIn('lost@example.com', PASSWORD);
    const { data } = await bridge.client.call(people.resetPassword, { token: boss, params: { id }, body: {} });
    await expect(overview(token)).rejects.toMatchObject({ status: 401 });
    await expect(signIn('lost@example.com', PASSWORD)).rejects.toMatchObject({ code: 'sign_in_refused' });
    await signIn('lost@example.com', data.password);
    await expect(
      bridge.client.call(people.resetPassword, { token: boss, params: { id: bossId }, body: {} }),
    ).rejects.toMatchObject({ status: 409 });
  });

  it('is not to be guessed through an open browser', async () => {
    await bridge.addOperator('open@example.com', PASSWORD);
    const { token } = await signIn('open@example.com', PASSWORD);
    const codes: unknown[] = [];
    for (let guess = 0; guess < 11; guess += 1) {
      const body = { current: `guess number ${guess}`, next: 'whatever it is to be' };
      await bridge.client
        .call(people.changeOwnPassword, { token, body })
        .catch((error: unknown) => codes.push((error as { code: string }).code));
    }
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 'validation_failed'), 'too_many_requests']);
  }, 60_000);
});

describe('sessions', () => {
  it('are listed to their owner, who ends the others; nobody else finds them', async () => {
    await bridge.addOperator('many@example.com', PASSWORD);
    const first = await signIn('many@example.com', PASSWORD);
    const second = await signIn('many@example.com', PASSWORD);
    const { data } = await bridge.client.call(people.listOwnSessions, { token: first.token });
    expect(data.sessions.map(({ current, userAgent }) => [current, userAgent]).toSorted()).toEqual([
      [false, 'Firefox'],
      [true, 'Firefox'],
    ]);
    await bridge.addOperator('other@example.com', PASSWORD);
    const other = await signIn('other@example.com', PASSWORD);
    const params = { id: data.sessions.find(({ current }) => !current)?.id ?? '' };
    await expect(bridge.client.call(people.revokeSession, { token: other.token, params })).rejects.toMatchObject({
      status: 404,
    });
    expect((await bridge.client.call(people.endOtherSessions, { token: first.token })).data).toEqual({ ended: 1 });
    await expect(overview(second.token)).rejects.toMatchObject({ status: 401 });
    await overview(first.token);
    const all = await bridge.client.call(people.listAllSessions, { token: boss });
    const mine = all.data.sessions.find(({ person }) => person.email === 'many@example.com');
    await bridge.client.call(people.revokeSession, { token: boss, params: { id: mine?.id ?? '' } });
    await expect(overview(first.token)).rejects.toMatchObject({ status: 401 });
  });
});
