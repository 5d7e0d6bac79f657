import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deleteView,
  listSavedViews,
  readJobFacets,
  saveView,
  suggestTerms,
} from '../../../src/contract/routes/job-search.ts';
import { listJobs } from '../../../src/contract/routes/operators.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { SECRET, startOperatorBridge, type OperatorBridge } from '../operators/operator-bridge.ts';
import { seedAttempt, seedJob, seedWorker } from './seed-jobs.ts';

const viewer = createTokenSource(SECRET, { type: 'operator', sub: 'eve', role: 'viewer' });

// The same questions to a small table, which is read exactly, and to one that is taken to be large.
describe.each([
  ['a small table', undefined],
  ['a large table', 0],
])('a search of %s', (_, exactBelowBytes) => {
  let bridge: OperatorBridge;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    bridge = await startOperatorBridge(exactBelowBytes);
    const { pool } = bridge;
    ids.order = await seedJob(pool, {
      createdAgo: 400,
      payload: { order: { id: 7, 'a.b': 'x y' }, note: '100% sure' },
    });
    ids.later = await seedJob(pool, { createdAgo: 90, startAgo: -600, queue: 'reports', name: 'reports.daily' });
    ids.running = await seedJob(pool, { state: 'active', createdAgo: 80, startedAgo: 700, name: 'files.video' });
    ids.done = await seedJob(pool, {
      state: 'completed',
      startedAgo: 60,
      endedAgo: 50,
      queue: 'email',
      name: 'mail.send',
    });
    ids.failed = await seedJob(pool, {
      state: 'failed',
      endedAgo: 20,
      retryCount: 3,
      name: 'files.video',
      payload: { file: 'f1' },
    });
    ids.broken = await seedJob(pool, { state: 'failed', endedAgo: 10, retryCount: 0, name: 'files.audio' });
    await pool.query(`UPDATE pgboss.job SET group_id = 'tenant-7', priority = 5 WHERE id = $1`, [ids.order]);
    await seedWorker(pool, 'w7', [{ jobId: ids.running, queue: 'default', name: 'files.video', retryCount: 0 }]);
    await seedAttempt(pool, { jobId: ids.done, queue: 'email', name: 'mail.send', settledAgo: 50, workerId: 'w3' });
    await seedAttempt(pool, {
      ...{ jobId: ids.failed, name: 'files.video', outcome: 'failed', state: 'failed', settledAgo: 20, retryCount: 3 },
      error: { code: 'damaged_input', message: 'The file ends after 812 bytes' },
    });
    await seedAttempt(pool, {
      ...{ jobId: ids.broken, name: 'files.audio', outcome: 'failed', state: 'failed', settledAgo: 10 },
      error: { message: 'no space_left on disk' },
    });
  });
  afterAll(() => bridge.stop());

  async function found(q: string) {
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    const { data } = await bridge.client.call(listJobs, { query: { q }, token: await viewer() });
    return data.jobs.map((job) => names.get(job.id));
  }

  it.each([
    ['state:failed', ['broken', 'failed']],
    ['-state:failed,completed', ['running', 'later', 'order']],
    ['queue:email,reports', ['done', 'later']],
    ['queue:e*', ['done']],
    ['name:files.* state:failed', ['broken', 'failed']],
    ['-name:files.*', ['done', 'later', 'order']],
    ['worker:w7', ['running']],
    ['worker:w3', ['done']],
    ['worker:w*', ['broken', 'failed', 'done', 'running']],
    ['error:damaged_input', ['failed']],
    ['error:"ENDS AFTER"', ['failed']],
    ['error:space_left', ['broken']],
    ['error:spaceXleft', []],
    ['data.order.id:7', ['order']],
    ['data.order."a.b":"x y"', ['order']],
    ['data.note:100%*', ['order']],
    ['data.note:1%', []],
    ['data.file:*', ['failed']],
    ['-data.file:f1 state:failed', ['broken']],
    ['group:tenant-7', ['order']],
    ['priority:>0', ['order']],
    ['attempt:>1', ['failed']],
    ['age:>5m', ['order']],
    ['ended:<30s', ['broken', 'failed']],
    ['runtime:>10m', ['running']],
    ['video', ['failed', 'running']],
    ["' OR 1=1 --", []],
  ])('%s finds what it says and nothing else', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it('finds a job by its id alone', async () => {
    expect(await found(ids.done ?? '')).toEqual(['done']);
    expect(await found(`id:${ids.order ?? ''}`)).toEqual(['order']);
  });

  it('names the qualifier that it cannot read', async () => {
    await expect(found('age:soon')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('age: expected'),
    });
    await expect(found('data.api_key:x')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('hidden'),
    });
  });

  it('counts what each choice would leave, a facet without its own term', async () => {
    const token = await viewer();
    const facets = async (q: string) => (await bridge.client.call(readJobFacets, { query: { q }, token })).data;
    const all = await facets('age:>0s');
    expect(all).toMatchObject({ matched: 6, more: false });
    expect(Object.fromEntries(all.names.map(({ value, count }) => [value, count]))).toMatchObject({ 'files.video': 2 });
    const videos = await facets('name:files.video state:failed');
    expect(videos.matched).toBe(1);
    expect(videos.states.map(({ value }) => value).sort()).toEqual(['active', 'failed']);
    expect(videos.names).toContainEqual({ value: 'files.audio', count: 1 });
    expect((await facets('state:active')).workers).toEqual([{ value: 'w7', count: 1 }]);
  });

  it('says how a term may go on', async () => {
    const token = await viewer();
    const terms = async (term: string) =>
      (await bridge.client.call(suggestTerms, { query: { term }, token })).data.suggestions.map((each) => each.term);
    expect(await terms('qu')).toEqual(['queue:']);
    expect(await terms('-queue:em')).toContain('-queue:email');
    expect(await terms('name:thumb')).toContain('name:files.thumbnail');
    expect(await terms('worker:')).toContain('worker:w7');
    expect(await terms('data.fi')).toEqual(['data.file:']);
    expect(await terms('nothing:x')).toEqual([]);
  });

  it('keeps searches for the one who saved them', async () => {
    const [token, other] = await Promise.all([
      viewer(),
      createTokenSource(SECRET, { type: 'operator', sub: 'ann', role: 'viewer' })(),
    ]);
    await bridge.client.call(saveView, { body: { name: 'Broken', q: 'state:failed' }, token });
    const { data: saved } = await bridge.client.call(saveView, {
      body: { name: 'Broken', q: 'state:failed age:<1d' },
      token,
    });
    const views = async (as: string) => (await bridge.client.call(listSavedViews, { token: as })).data.views;
    expect(await views(token)).toEqual([{ id: saved.id, name: 'Broken', q: 'state:failed age:<1d' }]);
    expect(await views(other)).toEqual([]);
    await bridge.client.call(deleteView, { params: { id: saved.id }, token: other });
    expect(await views(token)).toHaveLength(1);
    await bridge.client.call(deleteView, { params: { id: saved.id }, token });
    expect(await views(token)).toEqual([]);
  });
});
