import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueueJob, readJob } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let stage: Stage;
let admin: Visitor;
let eve: Visitor;
let small = '';
let large = '';
const client = () =>
  createBridgeClient({
    baseUrl: stage.api.url,
    userAgent: 'test',
    token: createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' }),
  });

async function enqueue(more: object): Promise<string> {
  const payload = { processing_job_id: 'VALUE-1', ...more };
  const { data } = await client().call(enqueueJob, { body: { name: 'files.thumbnail', queue: 'default', payload } });
  return 'id' in data ? data.id : '';
}

beforeAll(async () => {
  stage = await setStage();
  await stage.addOperator('eve@example.com', 'operator');
  [admin, eve] = [createVisitor(stage.url), createVisitor(stage.url)];
  await admin.signIn(ADMIN, PASSWORD);
  await eve.signIn('eve@example.com', PASSWORD);
  small = await enqueue({});
  large = await enqueue({});
  const rows = Array.from({ length: 40_000 }, (_, n) => ({
    n,
    text: `VALUE-${n} ${'x'.repeat(100)}`,
    password: `SECRET-${n}`,
  }));
  await stage.sql(`UPDATE pgboss.job SET data = jsonb_set(data::jsonb, '{payload,rows}', $2::jsonb) WHERE id = $1`, [
    large,
    JSON.stringify(rows),
  ]);
}, 60_000);
afterAll(async () => {
  await stage.stop();
});

const tokenOf = (visitor: Visitor) => [...visitor.jar.values()].find((value) => value.startsWith('pns_')) ?? '';

describe('a person without the right to see payloads', () => {
  it('never receives one: not on a page, not in a list, not in parts, not from the API itself', async () => {
    for (const path of ['/jobs', `/jobs/default/${small}`, `/jobs/default/${large}/value`, '/overview'])
      expect(await eve.page(path), path).not.toMatch(/VALUE-\d/);
    expect((await eve.ask(`/jobs/default/${large}/value?at=/rows/0`)).status).toBe(404);
    expect(await eve.page(`/jobs/default/${small}`)).toContain('your account may not see payloads');
    const { data } = await client().call(readJob, { params: { queue: 'default', id: small }, token: tokenOf(eve) });
    expect(JSON.stringify(data)).not.toContain('VALUE-1');
  });

  it('is no other person than one with it, and no service', async () => {
    expect(await admin.page(`/jobs/default/${small}`)).toContain('VALUE-1');
    const { data } = await client().call(readJob, { params: { queue: 'default', id: large } });
    expect(JSON.stringify(data)).toContain('SECRET-39999');
  });
});

describe('a payload of five megabytes', () => {
  it('opens quickly, and is looked into level by level without its secrets', async () => {
    const started = performance.now();
    const page = await admin.page(`/jobs/default/${large}`);
    expect(page.length).toBeLessThan(100_000);
    expect(page).toContain('Look into it');
    expect(page).toMatch(/Input <small>[4-8](\.\d)?\u00a0MB/);
    const rows = await admin.page(`/jobs/default/${large}/value?of=payload&at=/rows&from=39950`);
    expect(rows).toContain('39,951 to 40,000 of 40,000');
    const row = await admin.page(`/jobs/default/${large}/value?at=/rows/39999`);
    expect(row).toContain('VALUE-39999');
    expect(row).not.toContain('SECRET-');
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it.each(['at=rows', 'at=/nowhere', 'of=data', 'from=-1', `at=${encodeURIComponent('/a'.repeat(600))}`])(
    'has nothing at %s',
    async (query) => {
      expect((await admin.ask(`/jobs/default/${large}/value?${query}`)).status).toBe(404);
    },
  );
});
