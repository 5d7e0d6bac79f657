import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { until } from '../wire/support/until.ts';
import { readUpload, uploadFile } from './support/uploads.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

const SAMPLES = join(import.meta.dirname, '../../examples/samples');

let api: Api;
let folder: string;
let worker: WorkerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-isolation-'));
  api = await startApi();
  worker = await startWorkerProcess(api, {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'support/refuse-port.mjs')}`,
    REFUSED_PORT: new URL(api.databaseUrl).port,
    CONNECTIONS_FILE: join(folder, 'connections'),
  });
}, 60_000);

afterAll(async () => {
  await worker.end('SIGTERM');
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a worker to which PostgreSQL is refused', () => {
  it.each([
    ['image', 'jpg', 2],
    ['document', 'pdf', 1],
    ['video', 'mp4', 1],
    ['audio', 'mp3', 1],
  ])('still carries out every job of a %s', async (kind, ending, jobs) => {
    const name = await sampleWith(ending);
    const { file } = await uploadFile(api, name, new Uint8Array(await readFile(join(SAMPLES, name))));
    expect(file.file_type).toBe(kind);
    const done = await until(`${name} to complete`, 60_000, async () => {
      const now = await readUpload(api, file.id);
      return now.file.processing_status === 'completed' ? now : undefined;
    });
    expect(done.processing_jobs).toHaveLength(jobs);
  });

  it('has connected to the API and to nothing else', async () => {
    const ports = new Set((await readFile(join(folder, 'connections'), 'utf8')).trim().split('\n'));
    expect([...ports]).toEqual([new URL(api.url).port]);
  });
});

async function sampleWith(ending: string): Promise<string> {
  const found = (await readdir(SAMPLES)).find(
    (name) => name.endsWith(`.${ending}`) && !/damaged|false|broken/.test(name),
  );
  if (found === undefined) throw new Error(`expected a sample that ends with .${ending}, got none`);
  return found;
}
