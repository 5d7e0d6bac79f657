import { describe, expect, it } from 'vitest';
import { readApiEnv } from '../../../src/api-bridge/env.ts';
import { entitlementOf, readOidc, readRules } from '../../../src/api-bridge/oidc/oidc-env.ts';

const rules = readRules('ops=operator, chiefs=admin+payloads,dc=y=viewer');

describe('the rules for roles', () => {
  it.each([
    [['ops'], { role: 'operator', seesPayloads: false }],
    [['ops', 'chiefs'], { role: 'admin', seesPayloads: true }],
    ['ops', { role: 'operator', seesPayloads: false }],
    [['cn=x'], undefined],
    [['dc=y'], { role: 'viewer', seesPayloads: false }],
    [['OPS'], undefined],
    [undefined, undefined],
    [{ ops: true }, undefined],
  ])('give %j what they say', (claim, expected) => {
    expect(entitlementOf(claim, rules)).toEqual(expected);
  });

  it('are for everybody with *, and what is no rule is refused at the start', () => {
    expect(entitlementOf(undefined, readRules('*=viewer'))).toEqual({ role: 'viewer', seesPayloads: false });
    for (const text of ['', 'ops', 'ops=boss', 'ops=admin+all']) expect(() => readRules(text)).toThrow('OIDC_ROLES');
  });

  it('need their provider to be described whole', () => {
    expect(readOidc(readApiEnv({}))).toBeUndefined();
    expect(() => readOidc(readApiEnv({ OIDC_ISSUER: 'https://id.example' }))).toThrow(/OIDC_CLIENT_SECRET/);
  });
});
