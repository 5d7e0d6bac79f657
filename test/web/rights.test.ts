import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueueJob } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { enlist, type Member } from '../pages/support/fleet.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let stage: Stage;
let member: Member;
let admin: Visitor;
let viewer: Visitor;

beforeAll(async () => {
  stage = await setStage();
  await stage.addOperator('eve@example.com', 'viewer');
  member = await enlist(stage.api, 'w1', { queues: ['default'], concurrency: 2, hostname: 'h', pid: 1 });
  admin = createVisitor(stage.url);
  await admin.signIn(ADMIN, PASSWORD);
  viewer = createVisitor(stage.url);
  await viewer.signIn('eve@example.com', PASSWORD);
}, 60_000);
afterAll(async () => {
  await member.leave();
  await stage.stop();
});

async function enqueue(): Promise<string> {
  const client = createBridgeClient({
    baseUrl: stage.api.url,
    userAgent: 'test',
    token: createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' }),
  });
  const body = { name: 'files.thumbnail', queue: 'default', payload: { processing_job_id: 'p' }, delaySeconds: 600 };
  const { data } = await client.call(enqueueJob, { body });
  await client.close();
  return 'id' in data ? data.id : '';
}
const stateOf = async (id: string) =>
  (await stage.sql('SELECT state::text FROM pgboss.job WHERE id = $1', [id]))[0]?.state;
const ACTIONS = ['/jobs/default/{id}/cancel', '/jobs/default/{id}/retry', '/workers/w1/drain', '/workers/w1/forget'];

describe('a viewer', () => {
  it('is shown no button that the API would refuse', async () => {
    const id = await enqueue();
    expect(await viewer.page(`/jobs/default/${id}`)).not.toContain('/cancel"');
    expect(await viewer.page('/workers')).not.toContain('/drain"');
    expect(await admin.page(`/jobs/default/${id}`)).toContain('/cancel"');
    expect(await admin.page('/workers')).toContain('/drain"');
  });

  it.each(ACTIONS)('changes nothing by posting to %s', async (path) => {
    const id = await enqueue();
    const answer = await viewer.post(path.replace('{id}', id), { reason: 'because I can' });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('expected the role operator, got viewer');
    expect(await stateOf(id)).toBe('created');
    const [worker] = await stage.sql('SELECT directive FROM worker_api.worker');
    expect(worker).toEqual({ directive: 'continue' });
  });
});

describe('a form', () => {
  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
    ['a foreign origin where browsers say no more', { origin: 'http://evil.example' }],
    ['a null origin', { origin: 'null' }],
    ['nobody', {}],
  ])('that %s sends is refused before anything happens', async (_, headers) => {
    const id = await enqueue();
    for (const path of [...ACTIONS, '/signout', '/signin', '/preferences']) {
      const answer = await admin.ask(path.replace('{id}', id), {
        method: 'POST',
        body: new URLSearchParams({ reason: 'forged' }),
        headers: headers as Record<string, string>,
      });
      expect(answer.status, path).toBe(403);
      expect(await answer.text()).toContain('cross_site');
    }
    expect(await stateOf(id)).toBe('created');
  });

  it('is taken from our own origin where browsers say no more than that', async () => {
    const answer = await admin.ask('/preferences', {
      method: 'POST',
      body: new URLSearchParams({ theme: 'dark', back: '/jobs' }),
      headers: { origin: stage.url },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/jobs']);
    expect(await admin.page('/jobs')).toContain('<html lang="en" class="dark"');
    await admin.post('/preferences', { theme: 'nonsense' });
    expect(await admin.page('/jobs')).toContain('<html lang="en" data-refresh');
  });

  it('is not taken as JSON, nor when it is too long', async () => {
    const json = await admin.ask('/workers/w1/drain', {
      method: 'POST',
      body: '{"reason":"json"}',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    });
    expect(json.status).toBe(400);
    const long = await admin.post('/workers/w1/drain', { reason: 'x'.repeat(100_000) });
    expect(long.status).toBe(413);
  });
});

describe('an operator', () => {
  it('cancels and retries a job, with the reason in the audit log under their name', async () => {
    const id = await enqueue();
    const cancelled = await admin.post(`/jobs/default/${id}/cancel`, { reason: 'not needed any more' });
    expect(cancelled.headers.get('location')).toBe(`/jobs/default/${id}`);
    expect(await admin.page(`/jobs/default/${id}`)).toContain('Cancelled.');
    expect(await stateOf(id)).toBe('cancelled');
    await admin.post(`/jobs/default/${id}/cancel`, {});
    expect(await admin.page(`/jobs/default/${id}`)).toContain('It had ended in the meantime');
    await admin.post(`/jobs/default/${id}/retry`, { reason: '' });
    expect(['created', 'retry', 'active']).toContain(await stateOf(id));
    const lines = await stage.sql(`SELECT actor, action, reason FROM worker_api.audit WHERE target LIKE '%' || $1`, [
      id,
    ]);
    expect(lines).toEqual([
      { actor: expect.stringContaining(ADMIN), action: 'job.cancel', reason: 'not needed any more' },
      { actor: expect.stringContaining(ADMIN), action: 'job.retry', reason: null },
    ]);
  });

  it('must say why before a worker is drained', async () => {
    const empty = await admin.post('/workers/w1/drain', { reason: ' ab ' });
    expect(empty.status).toBe(400);
    expect(await empty.text()).toContain('Say why in at least 4 letters.');
    const done = await admin.post('/workers/w1/drain', { reason: 'move the host\u0000' });
    expect(done.status).toBe(303);
    expect(await admin.page('/workers')).toContain('w1 drains');
    const [line] = await stage.sql(`SELECT action, reason FROM worker_api.audit WHERE target = 'w1'`);
    expect(line).toEqual({ action: 'worker.drain', reason: 'move the host' });
  });

  it.each([
    `/jobs/default/${randomUUID()}`,
    '/jobs/default/not-an-id',
    '/jobs/no-such-queue/x',
    `/jobs/default/${randomUUID()}/cancel`,
    '/workers/nobody/drain',
    '/workers/%00/drain',
    '/jobs/%2e%2e%2fadmin/x',
    '/nowhere',
  ])('is told that nothing is at %s', async (path) => {
    const answer = await admin.ask(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toMatch(/<code>r_[0-9a-f]{8}<\/code>/);
  });
});
