import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let stage: Stage;
let admin: Visitor;

beforeAll(async () => {
  stage = await setStage({}, { WEB_TRUST_PROXY: 'true' });
  await stage.addOperator('eve@example.com', 'viewer');
  admin = createVisitor(stage.url);
  await admin.signIn(ADMIN, PASSWORD);
  await stage.sql(
    `INSERT INTO worker_api.audit (actor, action, target, count, reason)
     SELECT 'operator heron', 'job.retry', 'email/' || n, n, '=cmd|''/c calc''!A1, "quoted"' FROM generate_series(1, 120) n`,
  );
}, 60_000);
afterAll(async () => {
  await stage.stop();
});

const numbersOf = (page: string) => [...page.matchAll(/<tr id="e(\d+)"/g)].map(([, id]) => Number(id));
const older = (page: string) => /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&');

describe('the audit page', () => {
  it('shows each entry once while people page through it and new ones arrive', async () => {
    const seen: number[] = [];
    let path: string | undefined = '/audit?actor=operator+heron';
    while (path !== undefined) {
      const page = await admin.page(path);
      seen.push(...numbersOf(page));
      await stage.sql(`INSERT INTO worker_api.audit (actor, action, target) VALUES ('operator heron', 'late', 'x')`);
      path = older(page);
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(new Set(seen).size).toBe(120);
  });

  it('narrows by action, beginning of the target and time, and takes wildcards for what they are', async () => {
    expect(numbersOf(await admin.page('/audit?action=job.retry&target=email/11'))).toHaveLength(11);
    expect(numbersOf(await admin.page('/audit?target=email/%25'))).toEqual([]);
    expect(numbersOf(await admin.page('/audit?to=2020-01-01T00:00'))).toEqual([]);
    expect(numbersOf(await admin.page('/audit?from=2020-01-01T00:00&before=nonsense&limit=9999'))).toHaveLength(50);
  });

  it('gives the file that the filter leaves: whole, checkable by itself, and harmless to a spreadsheet', async () => {
    const csv = await (await admin.ask('/audit/export?format=csv&action=job.retry')).text();
    expect(csv.split('\r\n')).toHaveLength(1 + 120 + 1);
    expect(csv).toContain(`"'=cmd|'/c calc'!A1, ""quoted"""`);
    const lines = (await (await admin.ask('/audit/export')).text()).trim().split('\n');
    let before = createHash('sha256').update('').digest('hex');
    for (const line of lines) {
      const entry = JSON.parse(line);
      expect(entry.prevHash).toBe(before);
      before = entry.hash;
    }
    const [own] = await stage.sql(`SELECT action, target FROM worker_api.audit ORDER BY id DESC LIMIT 1`);
    expect(own).toEqual({ action: 'audit.export', target: 'ndjson' });
  });

  it('is no page for a viewer', async () => {
    const eve = createVisitor(stage.url);
    await eve.signIn('eve@example.com', PASSWORD);
    expect((await eve.ask('/audit')).status).toBe(403);
    expect((await eve.ask('/audit/export')).status).toBe(403);
    expect(await eve.page('/overview')).not.toContain('href="/audit"');
  });
});

describe('an entry', () => {
  it('tells the request and the address that the dashboard saw', async () => {
    await admin.ask('/audit/export', { headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' } });
    const [entry] = await stage.sql(`SELECT ip, request_id FROM worker_api.audit ORDER BY id DESC LIMIT 1`);
    expect(entry).toEqual({ ip: '203.0.113.9', request_id: expect.stringMatching(/^r_[0-9a-f]{8}$/) });
  });

  it('does not tell an address that a person claims of themselves', async () => {
    const [token = ''] = [...admin.jar.values()].filter((value) => value.startsWith('pns_'));
    const ask = (headers: Record<string, string>) =>
      fetch(`${stage.api.url}/api/v1/admin/audit_export`, {
        headers: { authorization: `Bearer ${token}`, 'x-client-ip': '6.6.6.6', ...headers },
      });
    await (await ask({ 'x-request-id': 'mine' })).text();
    const [entry] = await stage.sql(`SELECT ip, request_id FROM worker_api.audit ORDER BY id DESC LIMIT 1`);
    expect(entry).toEqual({ ip: '127.0.0.1', request_id: 'mine' });
    expect((await ask({ 'x-on-behalf-of': 'forged' })).status).toBe(401);
  });
});
