import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPAWN_DEFAULTS } from '../../src/contract/catalogue/spawn.ts';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createWorker, type TestWorker } from './support/actors.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';

let api: Api;
let worker: TestWorker;
let database: pg.Client;

beforeAll(async () => {
  api = await startApi({ env: { WORKER_JOBS: join(import.meta.dirname, 'support/spawning-jobs.ts') } });
  worker = await createWorker(api, ['reports', 'billing', 'mcp', 'services', 'trading', 'integrations']);
  database = new pg.Client({ connectionString: api.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await api.stop();
});

async function first(queue: string, name = 'spawn.self'): Promise<Claimed> {
  expectData(await createProducer(api).post(queue, { name, payload: {} }), 201);
  return await worker.claimOne(queue);
}

const spawn = (parent: Claimed, queue: string, headers: Record<string, string> = {}, name = 'spawn.self') =>
  callerOf(api.url, parent.token).post(`/jobs/${parent.id}/children`, { name, payload: {}, queue }, headers);

async function lineageOf(id: string): Promise<unknown> {
  const found = await database.query(`SELECT data -> 'meta' -> 'lineage' AS lineage FROM pgboss.job WHERE id = $1`, [
    id,
  ]);
  return found.rows[0]?.lineage;
}

describe('a job that enqueues others', () => {
  it('hands its family down, and is stopped after twenty generations while other queues go on', async () => {
    const queue = 'reports';
    let parent = await first(queue);
    const root = parent.id;
    let runs = 1;
    for (;;) {
      const answer = await spawn(parent, queue);
      if (answer.status !== 201) {
        expectRefusal(answer, 422, 'lineage_too_deep');
        break;
      }
      expect(await lineageOf(answer.data.id)).toEqual({ root, parent: parent.id, depth: runs });
      await worker.complete(parent);
      parent = await worker.claimOne(queue);
      runs += 1;
    }
    expect(SPAWN_DEFAULTS.maxDepth).toBe(20);
    expect(runs).toBe(21);
    expect((await worker.complete(await first('billing'))).status).toBe(200);
    const { lineageStops } = expectData(await callerAs(api, 'operator', 'o').get('/admin/limits'), 200);
    expect(lineageStops).toEqual([
      expect.objectContaining({ root, kind: 'depth', name: 'spawn.self', depth: 21, refused: 1 }),
    ]);
  });

  it('has a bound number of children an attempt, and a family one a minute', async () => {
    const queue = 'mcp';
    const parent = await first(queue, 'spawn.narrow');
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1) made.push(expectData(await spawn(parent, queue, {}, 'spawn.narrow'), 201).id);
    expectRefusal(await spawn(parent, queue), 422, 'too_many_children');
    const child = await worker.claimOne(queue);
    expect(made).toContain(child.id);
    for (let n = 0; n < 2; n += 1) expectData(await spawn(child, queue), 201);
    const refused = expectRefusal(await spawn(child, queue), 429, 'spawning_too_fast');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // What was refused is not there.
    const found = await database.query(`SELECT 1 FROM pgboss.job WHERE name = $1`, [queue]);
    expect(found.rowCount).toBe(1 + 3 + 2);
  });

  it('enqueues a key once, over its attempts, and counts it once', async () => {
    const queue = 'services';
    const parent = await first(queue, 'spawn.narrow');
    const once = { 'idempotency-key': 'the one' };
    const { id } = expectData(await spawn(parent, 'integrations', once, 'spawn.childless'), 201);
    for (let n = 0; n < 5; n += 1) {
      const again = expectData(await spawn(parent, 'integrations', once, 'spawn.childless'), 200);
      expect(again).toMatchObject({ id, duplicate: true });
    }
    await worker.fail(parent, { retryInSeconds: 0 });
    const retried = await worker.claimOne(queue);
    expect(expectData(await spawn(retried, 'integrations', once, 'spawn.childless'), 200)).toMatchObject({ id });
    expectRefusal(await spawn(retried, 'integrations', once), 422, 'idempotency_key_reused');
  });

  it('needs the grant, its own id, a known job, and an attempt that is not over', async () => {
    const queue = 'trading';
    const childless = await first(queue, 'spawn.childless');
    expectRefusal(await spawn(childless, queue), 403, 'forbidden');
    const parent = await first(queue);
    const foreign = await callerOf(api.url, parent.token).post(`/jobs/${childless.id}/children`, {
      name: 'spawn.self',
    });
    expectRefusal(foreign, 403, 'forbidden');
    expectRefusal(await spawn(parent, queue, {}, 'no.such.job'), 422, 'unknown_job');
    await worker.complete(parent);
    expectRefusal(await spawn(parent, queue), 401);
  });
});
