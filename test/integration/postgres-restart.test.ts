import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { type Api, startApi } from '../support/api.ts';
import { pause, until } from '../wire/support/until.ts';
import { readUpload, uploadFile } from './support/uploads.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

const ROUNDS = 3;
const UPLOADS = 120;

let folder: string;
let postgres: EmbeddedPostgres;
let api: Api;
let worker: WorkerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-restart-'));
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  api = await startApi({ databaseUrl: postgres.url });
  worker = await startWorkerProcess(api);
}, 90_000);

afterAll(async () => {
  await worker.end('SIGTERM');
  await api.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}, 90_000);

it('loses no job and no process when PostgreSQL restarts under load, and readiness goes down and up', async () => {
  const picture = new Uint8Array(
    await sharp({ create: { width: 640, height: 480, channels: 3, background: '#7a4b2f' } })
      .jpeg()
      .toBuffer(),
  );
  const accepted: string[] = [];
  const readiness: number[] = [];
  const load = new AbortController();

  const watch = (async () => {
    while (!load.signal.aborted) {
      const answer = await fetch(`${api.url}/health/ready`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer !== undefined && readiness.at(-1) !== answer.status) readiness.push(answer.status);
      await pause(20);
    }
  })();
  // What the API acknowledged must be done in the end; what it refused meanwhile is the producer's to send again.
  const upload = (async () => {
    while (accepted.length < UPLOADS) {
      const done = await uploadFile(api, `picture-${accepted.length}.jpg`, picture).catch(() => undefined);
      if (done === undefined) await pause(50);
      else accepted.push(done.file.id);
    }
  })();

  for (let round = 1; round <= ROUNDS; round += 1) {
    await until(`upload ${round * 20}`, 60_000, async () => accepted.length >= round * 20);
    await postgres.restart();
    await until(
      'readiness after the restart',
      15_000,
      async () => (await fetch(`${api.url}/health/ready`)).status === 200,
    );
  }
  await upload;
  load.abort();
  await watch;

  expect(readiness[0]).toBe(200);
  expect(readiness, 'readiness went down').toContain(503);
  expect(readiness.at(-1)).toBe(200);
  for (const id of accepted) {
    await until(
      `file ${id} to complete`,
      60_000,
      async () => (await readUpload(api, id)).file.processing_status === 'completed',
    );
  }
  expect(api.child.exitCode, api.output()).toBeNull();
  expect(worker.hasExited(), worker.output()).toBe(false);

  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  const count = async () => {
    const found = await database.query<{ jobs: string; done: string; completions: string }>(
      `SELECT count(*) AS jobs, count(*) FILTER (WHERE j.state = 'completed') AS done,
              (SELECT count(*) FROM worker_api.attempt WHERE outcome = 'completed') AS completions
         FROM pgboss.job j WHERE j.name = 'file_processing'`,
    );
    return found.rows[0];
  };
  // A file is complete a moment before the job that completed it has settled.
  await until('every job to settle', 30_000, async () => {
    const now = await count();
    return now !== undefined && now.done === now.jobs;
  });
  const { jobs, done, completions } = (await count()) ?? {};
  await database.end();
  expect(Number(jobs)).toBeGreaterThanOrEqual(2 * UPLOADS);
  expect(done, 'every job completed').toBe(jobs);
  expect(completions, 'and none twice').toBe(jobs);
}, 240_000);
