import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiEnv } from '../../src/api-bridge/env.ts';
import { ERROR_CODES } from '../../src/contract/error.ts';
import { enqueueRequest, seedEnqueued, seedEnqueueRequest } from '../../src/contract/job.ts';
import { LIMITS, PROTOCOL_VERSIONS } from '../../src/contract/limits.ts';
import type { RouteDefinition } from '../../src/contract/routes/define-route.ts';
import { ROUTES } from '../../src/contract/routes/index.ts';
import { read, section, tableRows } from './markdown.ts';

const page = read('docs/protocol.md');
const api = page.slice(0, page.indexOf('\n## Health\n'));

const nameOf = ({ method, path }: Pick<RouteDefinition, 'method' | 'path'>) => `${method.toUpperCase()} ${path}`;
const detail = (kind: string, of: string | undefined) => (of === undefined ? kind : `${kind} (${of})`);

function whoMay({ access, role, grant }: RouteDefinition): string {
  const words: Partial<Record<string, string>> = {
    operator: detail('operator', role),
    attempt: detail('attempt', grant),
  };
  return access.map((kind) => words[kind] ?? kind).join(', ');
}

describe('docs/protocol.md and the code agree on', () => {
  it('every route, who may call it and what it answers', () => {
    const written = tableRows(api, 'route').filter(([route]) => route?.includes(' /'));
    const real = ROUTES.map((route) => [nameOf(route), whoMay(route), route.statuses.join(', ')]);
    expect(real.length).toBeGreaterThan(30);
    expect(written.toSorted()).toEqual(real.toSorted());
  });

  it('routes named in the text: none that does not exist', () => {
    const named = [...page.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`\s]*)`/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    const known = new Set([
      ...ROUTES.map(nameOf),
      'GET /openapi.json',
      ...healthRoutes('src/api-bridge/routes/health.ts'),
      ...healthRoutes('src/api-bridge/routes/jwks.ts'),
    ]);
    expect(named.filter((route) => !known.has(route))).toEqual([]);
  });

  it('the health routes of both processes', () => {
    const written = tableRows(section(page, '## Health'), 'route').map(([route]) => route);
    expect(written.toSorted()).toEqual(healthRoutes('src/api-bridge/routes/health.ts'));
    expect(written.toSorted()).toEqual(healthRoutes('src/web/health/routes.ts'));
  });

  it('every error code, its status and whether to try again', () => {
    const written = tableRows(page, 'code').map(([code, status, retry]) => [code, status, retry]);
    const real = Object.entries(ERROR_CODES).map(([code, { status, retryable }]) => [
      code,
      String(status),
      retryable ? 'yes' : 'no',
    ]);
    expect(written.toSorted()).toEqual(real.toSorted());
  });

  it('every limit', () => {
    const written = tableRows(page, 'limit').map(([limit = '', value = '']) => [limit, numberOf(value)]);
    expect(Object.fromEntries(written)).toEqual({ ...LIMITS });
  });

  it('the intervals and the version', () => {
    const defaults = apiEnv.parse({});
    expect(tableRows(page, 'interval').map(([name, value]) => [name, Number(value)])).toEqual([
      ['heartbeatSeconds', defaults.HEARTBEAT_SECONDS],
      ['leaseSeconds', defaults.LEASE_SECONDS],
      ['confirmSeconds', defaults.CONFIRM_SECONDS],
      ['claimWaitSeconds', defaults.CLAIM_WAIT_SECONDS],
    ]);
    expect(page).toContain(`# The wire protocol, version ${PROTOCOL_VERSIONS.join(' and ')}\n`);
  });

  it('every field that a request may have or an answer has', () => {
    const words = new Set(page.match(/[A-Za-z][A-Za-z0-9_]*/g));
    const schemas = ROUTES.flatMap(({ params, query, body, data }) => [params, query, body, data]);
    const handPicked = [enqueueRequest, seedEnqueueRequest, seedEnqueued];
    const fields = [...schemas, ...handPicked].flatMap((schema) => (schema === undefined ? [] : fieldsOf(schema)));
    expect(new Set(fields).size).toBeGreaterThan(100);
    expect([...new Set(fields)].filter((field) => !words.has(field))).toEqual([]);
  });
});

function healthRoutes(file: string): string[] {
  return [...read(file).matchAll(/app\.get\('(\/[^']+)'/g)].map(([, path]) => `GET ${path}`).sort();
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  days: 86_400,
};

function numberOf(text: string): number {
  const [, amount, unit = ''] = /^(-?\d+)(?: (\w+))?$/.exec(text) ?? [];
  return Number(amount) * (UNITS[unit] ?? Number.NaN);
}

/** The names of all properties, however deep, in what is sent and in what comes back. */
function fieldsOf(schema: z.ZodType): string[] {
  const names: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') names.push(...Object.keys(value));
      visit(value);
    }
  };
  for (const io of ['input', 'output'] as const) visit(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  return names;
}
