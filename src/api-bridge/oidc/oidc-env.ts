import { z } from 'zod';
import { role, type Role } from '../../contract/operator.ts';
import { EnvFault } from '../../process/env.ts';
import type { ApiEnv } from '../env.ts';

/** What the value of a claim entitles to. */
export type Entitlement = { readonly role: Role; readonly seesPayloads: boolean };
export type RoleRule = Entitlement & { readonly value: string };

export type OidcSettings = {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuth: 'basic' | 'post';
  readonly redirectUrl: URL;
  readonly label: string;
  readonly scope: string;
  readonly roleClaim: string;
  readonly rules: readonly RoleRule[];
};

/** The identity provider, or undefined where none is named. Throws EnvFault naming what is missing beside OIDC_ISSUER. */
export function readOidc(env: ApiEnv): OidcSettings | undefined {
  if (env.OIDC_ISSUER === undefined) return undefined;
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_REDIRECT_URL: redirect } = env;
  const needed = { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_REDIRECT_URL: redirect };
  const faults = Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([name]) => `${name}: expected a value beside OIDC_ISSUER, got none`);
  if (clientId === undefined || clientSecret === undefined || redirect === undefined) throw new EnvFault(faults);
  return {
    issuer: new URL(env.OIDC_ISSUER),
    clientId,
    clientSecret,
    clientAuth: env.OIDC_CLIENT_AUTH,
    redirectUrl: new URL(redirect),
    label: env.OIDC_LABEL,
    scope: env.OIDC_SCOPE,
    roleClaim: env.OIDC_ROLE_CLAIM,
    rules: readRules(env.OIDC_ROLES),
  };
}

/** Reads `ops-admins=admin+payloads,ops=operator,*=viewer`. Throws EnvFault for what is no rule. */
export function readRules(text: string): RoleRule[] {
  return text.split(',').map((rule) => {
    const [, value = '', named, payloads] = /^\s*(.+)=(\w+)(\+payloads)?\s*$/.exec(rule) ?? [];
    const parsed = role.safeParse(named);
    if (parsed.success) return { value: value.trim(), role: parsed.data, seesPayloads: payloads !== undefined };
    throw new EnvFault(['OIDC_ROLES: expected rules such as ops=operator,admins=admin+payloads,*=viewer']);
  });
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };
const values = z.union([z.array(z.unknown()), z.string(), z.boolean()]).catch([]);

/** The highest role that any value of the claim gives, and payloads when any of them does; undefined when none fits. */
export function entitlementOf(claim: unknown, rules: readonly RoleRule[]): Entitlement | undefined {
  const held = new Set([values.parse(claim)].flat().map(String));
  const fitting = rules.filter(({ value }) => value === '*' || held.has(value));
  const [highest] = fitting.toSorted((a, b) => RANK[b.role] - RANK[a.role]);
  if (highest === undefined) return undefined;
  return { role: highest.role, seesPayloads: fitting.some(({ seesPayloads }) => seesPayloads) };
}
