import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { authenticateUser, endSession, verifySession } from '../../../src/contract/routes/operators.ts';
import { BridgeCallError } from '../../../src/process/bridge-error.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { SECRET, startOperatorBridge, type OperatorBridge } from './operator-bridge.ts';

// Each sign-in costs a fifth of a second of work by design, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let bridge: OperatorBridge;

beforeAll(async () => {
  bridge = await startOperatorBridge();
  await bridge.addOperator('Heron@Example.com', 'correct horse', 'admin');
  await bridge.addOperator('gone@example.com', 'correct horse');
  await bridge.pool.query(`UPDATE worker_api.operator SET disabled_at = now() WHERE email = 'gone@example.com'`);
});
afterAll(() => bridge.stop());
beforeEach(() => bridge.pool.query('DELETE FROM worker_api.sign_in_failure'));

async function signIn(email: string, password: string, ip = '192.0.2.7') {
  const { data } = await bridge.client.call(authenticateUser, { body: { email, password, client_ip: ip } });
  return data;
}

async function refusal(attempt: Promise<unknown>): Promise<BridgeCallError> {
  const error = await attempt.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (error instanceof BridgeCallError) return error;
  throw new Error('expected a refusal, got an answer');
}

describe('signing in', () => {
  it('gives a session that speaks for the person, whatever the case of the e-mail', async () => {
    const { session_token: token, user, expires_at: expiresAt } = await signIn(' heron@EXAMPLE.com ', 'correct horse');
    expect(user).toMatchObject({ email: 'Heron@Example.com', role: 'admin' });
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11.9 * 3600_000);
    const { data } = await bridge.client.call(verifySession, { token });
    expect(data).toEqual({ expires_at: expiresAt, user });
  });

  it('keeps nothing in the table that opens a session', async () => {
    const { session_token: token } = await signIn('heron@example.com', 'correct horse');
    const rows = await bridge.pool.query('SELECT * FROM worker_api.operator_session');
    expect(JSON.stringify(rows.rows)).not.toContain(token.slice(4));
  });

  it('is over at once when the person signs out, and cannot be ended twice', async () => {
    const { session_token: token } = await signIn('heron@example.com', 'correct horse');
    await bridge.client.call(verifySession, { token });
    await bridge.client.call(endSession, { token });
    expect((await refusal(bridge.client.call(verifySession, { token }))).status).toBe(401);
    expect((await refusal(bridge.client.call(endSession, { token }))).status).toBe(401);
  });

  it('leaves a line in the audit log with the address', async () => {
    await signIn('heron@example.com', 'correct horse', '198.51.100.4');
    const { rows } = await bridge.pool.query(`SELECT * FROM worker_api.audit ORDER BY id DESC LIMIT 1`);
    expect(rows[0]).toMatchObject({ action: 'operator.sign_in', ip: '198.51.100.4' });
  });

  it('is for worker processes only: a producer cannot try passwords', async () => {
    const token = await createTokenSource(SECRET, { type: 'producer', sub: 'shop' })();
    const body = { email: 'heron@example.com', password: 'correct horse' };
    expect((await refusal(bridge.client.call(authenticateUser, { body, token }))).status).toBe(403);
  });
});

describe('a wrong sign-in', () => {
  it('tells nothing of whether the e-mail exists', async () => {
    const wrong = await refusal(signIn('heron@example.com', 'wrong'));
    const unknown = await refusal(signIn('nobody@example.com', 'wrong', '192.0.2.8'));
    const disabled = await refusal(signIn('gone@example.com', 'correct horse', '192.0.2.9'));
    expect(wrong).toMatchObject({ status: 401, code: 'sign_in_refused' });
    expect([unknown.message, unknown.code]).toEqual([wrong.message, wrong.code]);
    expect([disabled.message, disabled.code]).toEqual([wrong.message, wrong.code]);
  });

  it('costs as much work for an unknown e-mail as for a known one', async () => {
    const cost = async (email: string) => {
      const before = process.cpuUsage().user;
      await refusal(signIn(email, 'wrong'));
      return process.cpuUsage().user - before;
    };
    await cost('first@example.com');
    const [known, unknown] = [await cost('heron@example.com'), await cost('nobody@example.com')];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(unknown).toBeLessThan(known * 3);
  });

  it('is counted by e-mail, wherever it comes from, and then even the right password waits', async () => {
    for (let n = 0; n < 10; n += 1) {
      const error = await refusal(signIn('heron@example.com', 'wrong', `192.0.2.${n}`));
      expect(error.message).toContain(`${9 - n} ${n === 8 ? 'try' : 'tries'} left`);
    }
    const blocked = await refusal(signIn('heron@example.com', 'correct horse', '203.0.113.1'));
    expect(blocked).toMatchObject({ status: 429, code: 'too_many_requests' });
    expect(blocked.retryAfterSeconds).toBeGreaterThan(14 * 60);
    expect(blocked.retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
    await expect(signIn('heron@example.com', 'correct horse')).rejects.toThrow(/too many/);
  });

  it('is counted by network too: changing the e-mail or the low half of an IPv6 address does not help', async () => {
    for (let n = 0; n < 10; n += 1) await refusal(signIn(`u${n}@example.com`, 'wrong', `2001:db8:1:2::${n}`));
    const blocked = await refusal(signIn('heron@example.com', 'correct horse', '2001:db8:1:2:ffff::1'));
    expect(blocked.status).toBe(429);
    await signIn('heron@example.com', 'correct horse', '2001:db8:1:3::1');
  });

  it('cannot be repeated faster than it is counted: of thirty guesses at once ten are looked at', async () => {
    const guesses = Array.from({ length: 30 }, (_, n) =>
      refusal(signIn('heron@example.com', `guess ${n}`, `192.0.2.${n}`)),
    );
    const statuses = (await Promise.all(guesses)).map((error) => error.status);
    const { rows } = await bridge.pool.query('SELECT count(*)::int AS n FROM worker_api.sign_in_failure');
    expect(rows[0]).toEqual({ n: 10 });
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it('is forgotten after a right sign-in, and once the window has passed', async () => {
    for (let n = 0; n < 9; n += 1) await refusal(signIn('heron@example.com', 'wrong', `192.0.2.${n}`));
    await signIn('heron@example.com', 'correct horse');
    expect((await refusal(signIn('heron@example.com', 'wrong'))).message).toContain('9 tries left');
    await bridge.pool.query(`INSERT INTO worker_api.sign_in_failure (email, ip, at)
      SELECT 'heron@example.com', '', now() - interval '16 minutes' FROM generate_series(1, 10)`);
    await signIn('heron@example.com', 'correct horse');
  });

  it.each([
    [{ email: 'a@b.c' }, 'password'],
    [{ email: 7, password: 'x' }, 'email'],
    [{ email: 'a\u0000b', password: 'x' }, 'email'],
    [{ email: 'a@b.c', password: 'x'.repeat(2000) }, 'password'],
  ])('names the field of a body that does not fit: %j', async (body, field) => {
    const error = await refusal(bridge.client.call(authenticateUser, { body: body as never }));
    expect(error.status).toBe(422);
    expect(error.errors[0]?.path).toBe(field);
  });
});
