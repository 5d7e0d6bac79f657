import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureFirstOperator } from '../../../src/api-bridge/operators/first-operator.ts';
import { authenticateUser } from '../../../src/contract/routes/operators.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { startOperatorBridge, type OperatorBridge } from './operator-bridge.ts';

const log = createLogger({ name: 'test', level: 'silent' });
let bridge: OperatorBridge;

beforeAll(async () => {
  bridge = await startOperatorBridge();
});
afterAll(() => bridge.stop());

it('says that nobody can sign in while no credentials are given', async () => {
  expect(await ensureFirstOperator(bridge.pool, { email: undefined, password: undefined }, log)).toBe(false);
});

it('makes one admin when two processes start at once', async () => {
  const first = { email: 'admin@example.com', password: 'the first password' };
  await Promise.all([ensureFirstOperator(bridge.pool, first, log), ensureFirstOperator(bridge.pool, first, log)]);
  const { rows } = await bridge.pool.query('SELECT email, role FROM worker_api.operator');
  expect(rows).toEqual([{ email: 'admin@example.com', role: 'admin' }]);
});

it('does not let a changed environment reset a password', async () => {
  const changed = { email: 'admin@example.com', password: 'another password' };
  expect(await ensureFirstOperator(bridge.pool, changed, log)).toBe(true);
  const body = { email: 'admin@example.com', password: 'another password' };
  await expect(bridge.client.call(authenticateUser, { body })).rejects.toThrow(/do not match/);
  await bridge.client.call(authenticateUser, { body: { ...body, password: 'the first password' } });
});
