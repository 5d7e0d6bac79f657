import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { pause } from '../wire/support/until.ts';
import { uploadFile } from './support/uploads.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

const UPLOADS = 1000;
const AT_ONCE = 16;

let api: Api;
let database: pg.Client;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  api = await startApi();
  database = new pg.Client({ connectionString: api.databaseUrl });
  await database.connect();
  workers = await Promise.all([1, 2].map(() => startWorkerProcess(api, { WORKER_CONCURRENCY: '4' })));
}, 60_000);

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  await database.end();
  await api.stop();
}, 60_000);

it('completes a thousand uploads through two workers, each job settled once, storage holding exactly the outputs', async () => {
  const picture = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#2f6f63' } })
    .jpeg()
    .toBuffer();
  const names = Array.from({ length: UPLOADS }, (_, n) => `picture-${n}.jpg`);
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        ids.push((await uploadFile(api, name, new Uint8Array(picture))).file.id);
      }
    }),
  );
  expect(new Set(ids).size).toBe(UPLOADS);

  const count = async (sql: string) => Number((await database.query<{ n: string }>(sql)).rows[0]?.n);
  const open = `SELECT count(*) AS n FROM worker_api.file_object WHERE processing_status IN ('pending', 'processing')`;
  const deadline = performance.now() + 240_000;
  // Progress is a fact to wait for; the pause only keeps the question from being work itself.
  while ((await count(open)) > 0 && performance.now() < deadline) await pause(200);

  const complaint = () => [api.output(), ...workers.map((worker) => worker.output())].join('\n').slice(-4000);
  expect(
    await count(`SELECT count(*) AS n FROM worker_api.file_object WHERE processing_status = 'completed'`),
    complaint(),
  ).toBe(UPLOADS);
  expect(
    await count(`SELECT count(*) AS n FROM pgboss.job WHERE name = 'file_processing' AND state = 'completed'`),
  ).toBe(2 * UPLOADS);
  // One row an attempt: as many as jobs, each of another job, all completed at the first.
  expect(await count('SELECT count(*) AS n FROM worker_api.attempt')).toBe(2 * UPLOADS);
  expect(
    await count(
      `SELECT count(DISTINCT job_id) AS n FROM worker_api.attempt WHERE outcome = 'completed' AND attempt = 1`,
    ),
  ).toBe(2 * UPLOADS);
  expect(await count('SELECT count(DISTINCT worker_id) AS n FROM worker_api.attempt'), 'both workers took part').toBe(
    2,
  );

  const outputs = await database.query<{ object_key: string }>(
    'SELECT object_key FROM worker_api.processed_file WHERE promoted',
  );
  const originals = await database.query<{ storage_key: string }>('SELECT storage_key FROM worker_api.file_object');
  expect(outputs.rows).toHaveLength(3 * UPLOADS);
  const expected = [...outputs.rows.map((row) => row.object_key), ...originals.rows.map((row) => row.storage_key)];
  expect((await storedKeys()).sort()).toEqual(expected.sort());
}, 300_000);

async function storedKeys(): Promise<string[]> {
  const root = join(api.dataDir, 'storage');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((key) => !key.startsWith('incoming/'));
}
