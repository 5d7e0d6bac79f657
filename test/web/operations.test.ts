import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { enqueueBatch } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { enlist, type Member } from '../pages/support/fleet.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

let stage: Stage;
let member: Member;
let admin: Visitor;
let viewer: Visitor;
let kind: string;
let dead: string;

beforeAll(async () => {
  stage = await setStage();
  await stage.addOperator('eve@example.com', 'viewer');
  member = await enlist(stage.api, 'w1', {
    queues: ['email'],
    concurrency: 9,
    hostname: 'h',
    pid: 1,
    version: '1.4.2',
  });
  await failJobs(3);
  const [row] = await stage.sql('SELECT fingerprint, job_id FROM worker_api.attempt LIMIT 1');
  [kind, dead] = [row.fingerprint, row.job_id];
  admin = createVisitor(stage.url);
  await admin.signIn(ADMIN, PASSWORD);
  viewer = createVisitor(stage.url);
  await viewer.signIn('eve@example.com', PASSWORD);
}, 60_000);
afterAll(async () => {
  await member.leave();
  await stage.stop();
});

async function failJobs(count: number): Promise<void> {
  const client = createBridgeClient({
    baseUrl: stage.api.url,
    userAgent: 'test',
    token: createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' }),
  });
  const job = { name: 'files.thumbnail', queue: 'email', payload: { processing_job_id: 'p' } };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  await client.close();
  for (const claimed of await member.claim('email', count))
    await member.fail(claimed, { message: '<b>mailbox</b> is full', code: 'smtp_452' }, { retry: false });
}

const FORMS = () =>
  [
    ['/queues/email/pause', {}],
    ['/queues/email/resume', {}],
    ['/queues/email/purge', { typed: 'email' }],
    ['/failures/retry', { kind }],
    ['/failures/discard', { kind }],
    ['/failures/mute', { kind }],
    ['/dead/redrive', { job: dead }],
    ['/dead/discard', { all: 'yes' }],
    ['/schedules/ai_trust_decay/pause', {}],
    ['/schedules/ai_trust_decay/resume', {}],
    ['/schedules/ai_trust_decay/run', {}],
    [
      '/schedules/ai_trust_decay/edit',
      { do: 'save', version: '1', cron: '0 0 * * *', timeZone: 'UTC', missedWindowSeconds: '0', jitterSeconds: '0' },
    ],
    ['/schedules/ai_trust_decay/backfill', { from: '2026-01-01T00:00', to: '2026-01-02T00:00' }],
  ] as const;

/** Everything that a deed could change. */
const world = () =>
  stage.sql(`SELECT (SELECT count(*) FROM worker_api.paused_queue) AS paused, (SELECT count(*) FROM worker_api.audit) AS lines,
                    (SELECT count(*) FROM worker_api.schedule_run) AS runs, (SELECT sum(version) FROM worker_api.schedule) AS versions,
                    (SELECT count(*) FROM pgboss.job WHERE name = 'dead_letter') AS dead`);

describe('a viewer', () => {
  it('sees every page and is shown no button that the API would refuse', async () => {
    for (const path of [
      '/queues',
      '/queues/email',
      '/failures',
      `/failures/${kind}`,
      '/dead',
      '/schedules',
      '/schedules/ai_trust_decay',
      '/limits',
    ]) {
      const page = await viewer.page(path);
      expect(page, path).not.toMatch(
        /href="[^"]*\/(pause|resume|purge|run|edit|backfill|redrive|discard|retry|mute)[?"]/,
      );
      expect(page, path).not.toContain('type="checkbox"');
      expect(await admin.page(path), path).toContain('<main');
    }
  });

  it('changes nothing by posting what an operator may', async () => {
    const before = await world();
    for (const [path, fields] of FORMS()) {
      const answer = await viewer.post(path, { ...fields, reason: 'because I can' });
      expect(answer.status, path).toBe(403);
    }
    expect(await world()).toEqual(before);
  });
});

describe('an operator', () => {
  it('must say why before anything happens, and keeps what was typed', async () => {
    const before = await world();
    for (const [path, fields] of FORMS()) {
      const answer = await admin.post(path, { ...fields, reason: ' ab ' });
      expect(answer.status, path).toBe(400);
      if (!path.endsWith('backfill')) expect(await answer.text(), path).toContain('Say why in at least 4 letters.');
    }
    expect((await admin.post('/queues/email/purge', { typed: 'mail', reason: 'a reason' })).status).toBe(400);
    expect(await world()).toEqual(before);
  });

  it('pauses a queue, is told by whom and why, and resumes it', async () => {
    const paused = await admin.post('/queues/email/pause', { reason: 'the relay <i>moves</i>' });
    expect([paused.status, paused.headers.get('location')]).toEqual([303, '/queues/email']);
    const page = await admin.page('/queues');
    expect(page).toContain('the relay &lt;i&gt;moves&lt;/i&gt;');
    expect(page).toContain('/queues/email/resume');
    await admin.post('/queues/email/resume', { reason: 'it has moved' });
    expect(await admin.page('/queues/email')).toContain('/queues/email/pause');
  });

  it('sees a schedule that is refused beside the field, and the next runs before it is saved', async () => {
    const at = '/schedules/ai_trust_decay/edit';
    const form = {
      version: '1',
      timeZone: 'Europe/Berlin',
      overlap: 'skip',
      missed: 'skip',
      missedWindowSeconds: '0',
      jitterSeconds: '0',
    };
    const wrong = await admin.post(at, { ...form, cron: '99 * * * *', do: 'preview' });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toMatch(/cron: .*minute/);
    const endless = await admin.post(at, { ...form, cron: '* '.repeat(20_000), do: 'preview' });
    expect(endless.status).toBe(400);
    const preview = await admin.post(at, { ...form, cron: '30 2 * * *', do: 'preview' });
    const text = await preview.text();
    expect(text).toContain('Every day at 02:30, Europe/Berlin.');
    expect(text.match(/<time/g)?.length).toBeGreaterThanOrEqual(5);
    const saved = await admin.post(at, { ...form, cron: '30 2 * * *', do: 'save', reason: 'quieter at night' });
    expect(saved.status).toBe(303);
    const late = await admin.post(at, { ...form, cron: '0 3 * * *', do: 'save', reason: 'from an old page' });
    expect([late.status, (await late.text()).includes('Nothing was saved.')]).toEqual([400, true]);
  });

  it('redrives what was picked at a pace, and what failed says so without running anything in a page', async () => {
    expect(await admin.page('/dead')).toContain('&lt;b&gt;mailbox&lt;/b&gt; is full');
    const picked = await admin.post('/dead/picked', { job: dead, do: 'redrive' });
    expect(picked.headers.get('location')).toBe(`/dead/redrive?job=${dead}`);
    expect(await admin.page(`/dead/redrive?job=${dead}`)).toContain('Redrive 1 dead letter?');
    const done = await admin.post('/dead/redrive', { job: dead, pace: '10', reason: 'try once more' });
    expect(done.headers.get('location')).toBe('/dead');
    expect(await admin.page('/dead')).toContain('1 job gets another attempt, 10 a minute.');
  });

  it('sees which key was stopped and why, and lets it run again with a reason', async () => {
    await stage.sql(`INSERT INTO worker_api.hold (kind, key, name, until, detail) VALUES
      ('runaway', 'files.thumbnail <f_1>', 'files.thumbnail', now() + interval '5 minutes', '{"executions": 6, "windowSeconds": 60}')`);
    const at = `/limits/lift?key=${encodeURIComponent('files.thumbnail <f_1>')}`;
    expect(await viewer.page('/limits')).not.toContain('/limits/lift');
    const page = await admin.page('/limits');
    expect(page).toContain('files.thumbnail ran 6 times within 1m 00s');
    expect(page).toContain('files.thumbnail &lt;f_1&gt;');
    expect(page).toContain(at);
    expect(await admin.page(at)).toContain('Let files.thumbnail run again?');
    const form = { key: 'files.thumbnail <f_1>', reason: 'the loop is fixed' };
    expect((await viewer.post('/limits/lift', form)).status).toBe(403);
    expect((await admin.post('/limits/lift', { ...form, reason: '' })).status).toBe(400);
    expect((await admin.post('/limits/lift', form)).headers.get('location')).toBe('/limits');
    expect(await stage.sql('SELECT 1 FROM worker_api.hold')).toEqual([]);
  });

  it.each([
    '/queues/nowhere',
    '/queues/nowhere/pause',
    '/queues/%00',
    '/failures/0123456789abcdef',
    '/failures/x%27y',
    '/schedules/nothing',
    '/schedules/nothing/edit',
    '/limits/lift?key=nothing',
  ])('is told that nothing is at %s', async (path) => {
    expect((await admin.ask(path)).status).toBe(404);
  });

  it.each(['/failures/retry', '/dead/redrive', '/dead/discard?job=x', '/failures/mute?kind=1'])(
    'is told to pick something first at %s',
    async (path) => {
      expect((await admin.ask(path)).status).toBe(400);
    },
  );
});
