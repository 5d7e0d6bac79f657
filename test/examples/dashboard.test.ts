import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHost } from '../../examples/dashboard/host.ts';
import { createDashboard, type Dashboard } from '../../src/web/index.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from '../web/support/visitor.ts';

const BASE = '/ops/jobs';
let stage: Stage;
let dashboard: Dashboard;
let server: ReturnType<typeof serve>;
let url = '';

beforeAll(async () => {
  stage = await setStage();
  const env = { BACKEND_API_URL: stage.api.url, WORKER_SERVICE_TOKEN: stage.api.secret };
  dashboard = createDashboard({ basePath: `${BASE}/`, readOnly: true, env });
  server = serve({ fetch: createHost(dashboard, BASE).fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  server.close();
  await dashboard.close();
  await stage.stop();
});

it('lives below its path: every link, form, asset, redirect and cookie stays there', async () => {
  const person = createVisitor(url);
  const stranger = await person.ask(`${BASE}/workers`);
  expect(stranger.headers.get('location')).toBe(`${BASE}/signin?next=%2Fworkers`);
  const fields = { email: ADMIN, password: PASSWORD, next: '/workers' };
  const signedIn = await person.post(`${BASE}/signin`, fields);
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, `${BASE}/workers`]);
  expect(signedIn.headers.getSetCookie().every((cookie) => cookie.includes(`Path=${BASE}`))).toBe(true);

  const seen = new Set<string>();
  const open = [`${BASE}/overview`];
  while (open.length > 0 && seen.size < 60) {
    const path = open.pop() ?? '';
    if (seen.has(path) || path.includes('/export')) continue;
    seen.add(path);
    const answer = await person.ask(path);
    expect([path, answer.status < 400]).toEqual([path, true]);
    const page = await answer.text();
    for (const [, address = ''] of page.matchAll(/ (?:href|action|src)="([^"#]*)/g)) {
      if (address === '') continue;
      expect(address.startsWith(`${BASE}/`), `${path} leads to ${address}`).toBe(true);
    }
    for (const [, href = ''] of page.matchAll(/<a[^>]* href="([^"#]*)/g)) open.push(href.replaceAll('&amp;', '&'));
    for (const [, href = ''] of page.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]*)/g)) open.push(href);
  }
  expect(seen.size).toBeGreaterThan(15);
  const policy = (await person.ask(`${BASE}/overview`)).headers.get('content-security-policy');
  expect(policy).toContain("script-src 'self'");
});

it('leaves the rest of the app alone, and changes nothing as it was told', async () => {
  expect(await (await fetch(url)).text()).toContain('The shop.');
  expect((await fetch(`${url}/overview`)).status).toBe(404);
  const person = createVisitor(url);
  await person.post(`${BASE}/signin`, { email: ADMIN, password: PASSWORD });
  const refused = await person.post(`${BASE}/users/invite`, { email: 'x@example.com', role: 'admin' });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('WEB_READ_ONLY');
});

it('says what is wrong with a path before it serves anything', () => {
  for (const basePath of ['ops', '/ops"x', '/a//b', '/<script>'])
    expect(() => createDashboard({ basePath, env: {} })).toThrow('basePath: expected a path');
});
