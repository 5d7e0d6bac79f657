import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSessions } from '../../../src/api-bridge/operators/sessions.ts';
import { startOperatorBridge, type OperatorBridge } from './operator-bridge.ts';

let bridge: OperatorBridge;
let operatorId: string;
let clockMs = 0;

beforeAll(async () => {
  bridge = await startOperatorBridge();
  await bridge.addOperator('heron@example.com', 'correct horse');
  operatorId = (await bridge.pool.query('SELECT id FROM worker_api.operator')).rows[0].id;
});
afterAll(() => bridge.stop());

const sessions = () => createSessions(bridge.pool, () => clockMs);

async function age(column: 'last_seen_at' | 'expires_at', by: string): Promise<void> {
  await bridge.pool.query(`UPDATE worker_api.operator_session SET ${column} = ${column} - $1::interval`, [by]);
  clockMs += 1_001;
}

it('ends after two hours without use, and use keeps it open', async () => {
  const store = sessions();
  const { token } = await store.open(operatorId, { clientIp: '192.0.2.1', method: 'password' });
  await age('last_seen_at', '119 minutes');
  expect(await store.find(token)).toMatchObject({ type: 'operator', name: 'heron@example.com', role: 'operator' });
  await age('last_seen_at', '119 minutes');
  expect(await store.find(token)).toBeDefined();
  await age('last_seen_at', '121 minutes');
  expect(await store.find(token)).toBeUndefined();
});

it('ends after twelve hours however busy it is', async () => {
  const store = sessions();
  const { token, expiresAt } = await store.open(operatorId, { clientIp: '192.0.2.1', method: 'password' });
  expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(12 * 3600_000);
  await age('expires_at', '11 hours 59 minutes');
  expect(await store.find(token)).toBeDefined();
  await age('expires_at', '2 minutes');
  expect(await store.find(token)).toBeUndefined();
});

it('is honoured by another replica for a second at most after it ended', async () => {
  const [here, there] = [sessions(), sessions()];
  const { token } = await here.open(operatorId, { clientIp: '192.0.2.1', method: 'password' });
  const principal = await there.find(token);
  await here.end(principal?.session?.tokenHash ?? '');
  expect(await here.find(token)).toBeUndefined();
  clockMs += 1_001;
  expect(await there.find(token)).toBeUndefined();
});

it('ends with the operator: disabling one closes what they had open', async () => {
  const store = sessions();
  const { token } = await store.open(operatorId, { clientIp: '192.0.2.1', method: 'password' });
  expect(await store.find(token)).toBeDefined();
  await bridge.pool.query('UPDATE worker_api.operator SET disabled_at = now()');
  clockMs += 1_001;
  expect(await store.find(token)).toBeUndefined();
});

it('is not found for a token that nobody was given', async () => {
  expect(await sessions().find('pns_')).toBeUndefined();
  expect(await sessions().find(`pns_${'x'.repeat(100_000)}`)).toBeUndefined();
});
