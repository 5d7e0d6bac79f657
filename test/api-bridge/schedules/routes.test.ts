import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';
import { type Api, startApi } from '../../support/api.ts';
import { callerAs, type Caller, expectData, expectRefusal, faultPaths } from '../../wire/support/client.ts';
import { until } from '../../wire/support/until.ts';

const NAME = 'weekly_schema_backup';
const AT = `/admin/schedules/${NAME}`;

let api: Api;
let operator: Caller;
let viewer: Caller;
let database: pg.Pool;

beforeAll(async () => {
  api = await startApi();
  operator = callerAs(api, 'operator', 'heron', { role: 'operator' });
  viewer = callerAs(api, 'operator', 'wren', { role: 'viewer' });
  database = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
  database.on('error', () => undefined);
});
afterAll(async () => {
  await database.end();
  await api.stop();
});

const read = async (name = NAME) => expectData(await viewer.get(`/admin/schedules/${name}`), 200);
const version = async (name = NAME): Promise<number> => (await read(name)).schedule.version;
const auditOf = async (action: string) =>
  (await database.query('SELECT actor, target, reason FROM worker_api.audit WHERE action = $1 ORDER BY id', [action]))
    .rows;

describe('without SCHEDULES_ENABLED', () => {
  it('every declared schedule is there, paused, and the list says why', async () => {
    const { enabled, schedules } = expectData(await viewer.get('/admin/schedules'), 200);
    expect(enabled).toBe(false);
    expect(schedules.map((each: any) => each.name)).toEqual(SCHEDULES.map(({ name }) => name).sort());
    for (const schedule of schedules) {
      expect(schedule).toMatchObject({
        state: 'paused',
        paused: { by: 'configuration', reason: 'SCHEDULES_ENABLED is not true' },
        changed: [],
        version: 1,
      });
      expect(schedule.nextRunAt).toBeUndefined();
    }
  });

  it('one that a person resumes runs, and stays so after a restart', async () => {
    const { schedule } = expectData(
      await operator.post(`/admin/schedules/ai_trust_decay/resume`, { reason: 'try it' }),
      200,
    );
    expect(schedule).toMatchObject({ state: 'active', nextRunAt: expect.stringMatching(/T02:00:00.000Z$/) });
    await database.query(
      `UPDATE worker_api.schedule SET next_run_at = date_trunc('minute', now()) WHERE name = 'ai_trust_decay'`,
    );
    await until('the run', 5_000, async () => (await read('ai_trust_decay')).runs.length === 1);
    await api.restart();
    expect((await read('ai_trust_decay')).schedule.state).toBe('active');
    expect((await read()).schedule.state).toBe('paused');
    expect(await auditOf('schedule.resume')).toEqual([
      { actor: 'operator heron', target: 'ai_trust_decay', reason: 'try it' },
    ]);
  });
});

describe('an operator', () => {
  it('sees the next runs of a schedule, also while it is paused', async () => {
    const { schedule, nextRuns } = expectData(await viewer.get(`${AT}?count=3`), 200);
    expect(schedule).toMatchObject({ cron: '0 3 * * 0', timeZone: 'UTC', queue: 'maintenance', missed: 'once' });
    expect(nextRuns).toHaveLength(3);
    for (const run of nextRuns) expect(new Date(run).getUTCDay()).toBe(0);
  });

  it('previews an expression before it counts, and is told what is wrong with it', async () => {
    const preview = (query: string) => viewer.get(`/admin/schedule_preview?${query}`);
    const fine = await preview('cron=30%202%20*%20*%20*&timeZone=Europe/Berlin&count=100');
    expect(expectData(fine, 200).nextRuns).toHaveLength(100);
    const seconds = expectRefusal(await preview('cron=*%20*%20*%20*%20*%20*'), 422, 'validation_failed');
    expect(faultPaths(seconds)).toEqual(['query.cron']);
    expect(seconds.body.error).toMatch(/second/);
    const zone = expectRefusal(await preview('cron=@daily&timeZone=%2B02:00'), 422);
    expect(faultPaths(zone)).toEqual(['query.timeZone']);
    expectRefusal(await preview('count=3'), 422);
    expectRefusal(await preview('cron=0%200%2031%202%20*'), 422);
  });

  it('pauses with a reason and resumes, and both are written down', async () => {
    const paused = expectData(await operator.post(`${AT}/pause`, { reason: 'prices change' }), 200).schedule;
    expect(paused.paused).toMatchObject({ by: 'operator heron', reason: 'prices change' });
    const resumed = expectData(await operator.post(`${AT}/resume`), 200).schedule;
    expect(resumed).toMatchObject({ state: 'active', nextRunAt: (await read()).nextRuns[0] });
    expect(await auditOf('schedule.pause')).toEqual([
      { actor: 'operator heron', target: NAME, reason: 'prices change' },
    ]);
  });

  it('runs one now, once for each key, however often and however much at once it is sent', async () => {
    const send = (key: string) => operator.post(`${AT}/run`, { reason: 'by hand' }, { 'idempotency-key': key });
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('k-1')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    const ids = new Set(answers.map((answer) => answer.data.run.jobId));
    expect(ids.size).toBe(1);
    expectData(await send('k-2'), 201);
    expectData(await operator.post(`${AT}/run`), 201);
    const { runs } = await read();
    expect(runs).toHaveLength(3);
    expect(runs[0]).toMatchObject({ trigger: 'hand', outcome: 'fired', jobState: 'created' });
    expect(await auditOf('schedule.run')).toHaveLength(3);
    const job = expectData(await viewer.get(`/jobs/maintenance/${[...ids][0]}`), 200).job;
    expect(job).toMatchObject({ name: 'maintenance.scheduled_backup', payload: { backup_type: 'schema_only' } });
  });

  it('changes the terms from the version that was seen, and null takes a change back', async () => {
    const seen = await version();
    const body = { version: seen, cron: '30 2 * * MON', timeZone: 'Europe/Berlin', payload: { backup_type: 'full' } };
    const { schedule } = expectData(await operator.patch(AT, { ...body, reason: 'move it' }), 200);
    expect(schedule).toMatchObject({ cron: '30 2 * * MON', timeZone: 'Europe/Berlin', version: seen + 1 });
    expect(schedule.changed.sort()).toEqual(['cron', 'payload', 'timeZone']);
    expect(new Date(schedule.nextRunAt).getUTCDay()).toBe(1);
    expectRefusal(await operator.patch(AT, body), 409, 'conflict');
    await api.restart();
    expect((await read()).schedule).toMatchObject({ cron: '30 2 * * MON', state: 'active' });
    const back = { version: seen + 1, cron: null, timeZone: 'UTC', payload: null };
    expect(expectData(await operator.patch(AT, back), 200).schedule).toMatchObject({ cron: '0 3 * * 0', changed: [] });
  });

  it('is told the field when a change is wrong, and nothing is changed', async () => {
    const seen = await version();
    const wrong: [Record<string, unknown>, string][] = [
      [{ cron: '0 0 0 * * *' }, 'cron'],
      [{ cron: '61 * * * *' }, 'cron'],
      [{ cron: 'x'.repeat(100_000) }, 'cron'],
      [{ cron: '\u0000 * * * *' }, 'cron'],
      [{ timeZone: 'Mars/Base' }, 'timeZone'],
      [{ payload: { backup_type: 'some' } }, 'payload.backup_type'],
      [{ missed: 'never' }, 'missed'],
      [{ missedWindowSeconds: -1 }, 'missedWindowSeconds'],
      [{ jitterSeconds: 1e9 }, 'jitterSeconds'],
      [{ paused: true }, 'body.paused'],
    ];
    for (const [fields, path] of wrong) {
      const refused = expectRefusal(await operator.patch(AT, { version: seen, ...fields }), 422);
      expect(faultPaths(refused), JSON.stringify(fields).slice(0, 80)).toContain(path);
    }
    expect(await version()).toBe(seen);
  });

  it('meets 404 for a name that is none, and 403 for what a viewer may not', async () => {
    for (const name of ['nothing', 'A', '__proto__', '..%2F..']) {
      expectRefusal(await operator.get(`/admin/schedules/${name}`), 404, 'not_found');
      expectRefusal(await operator.post(`/admin/schedules/${name}/run`), 404, 'not_found');
    }
    for (const action of ['pause', 'resume', 'run']) expectRefusal(await viewer.post(`${AT}/${action}`), 403);
    expectRefusal(await viewer.patch(AT, { version: 1 }), 403);
  });
});
