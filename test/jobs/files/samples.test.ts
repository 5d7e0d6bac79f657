import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJobs, readJobsEnv, type Jobs } from '../../../src/jobs/index.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv, type Runtime } from '../../../src/runtime/index.ts';
import { startApi, type Api } from '../../support/api.ts';
import { callerAs, expectData, type Caller } from '../../wire/support/client.ts';
import { mint } from '../../wire/support/token.ts';
import { until } from '../../wire/support/until.ts';

const SAMPLES = join(import.meta.dirname, '../../../examples/samples');
const KEPT_ENV = ['PATH', 'FFMPEG_PATH', 'FFPROBE_PATH'].map((name) => [name, process.env[name]]);

let api: Api;
let runtime: Runtime;
let jobs: Jobs;
let producer: Caller;
let workDir: string;
const ended = new Map<string, any>();

beforeAll(async () => {
  api = await startApi();
  producer = callerAs(api, 'producer', 'samples');
  workDir = await mkdtemp(join(tmpdir(), 'samples-test-'));
  jobs = createJobs(readJobsEnv(Object.fromEntries(KEPT_ENV)), () => undefined);
  const env = readRuntimeEnv({ BACKEND_API_URL: api.url, WORKER_SERVICE_TOKEN: api.secret, WORK_DIR: workDir });
  runtime = createRuntime({ env, jobs: jobs.definitions, log: createLogger({ name: 'test', level: 'silent' }) });
  await runtime.start();
  const names = await readdir(SAMPLES);
  await Promise.all(names.map(async (name) => ended.set(name, await uploadAndWait(name))));
}, 90_000);

afterAll(async () => {
  await runtime.stop();
  await jobs.close();
  await api.stop();
  await rm(workDir, { recursive: true, force: true });
});

/** Through the public routes, as a user's backend does it. */
async function uploadAndWait(name: string): Promise<any> {
  const form = new FormData();
  form.set('file', new File([await readFile(join(SAMPLES, name))], name));
  const response = await fetch(`${api.url}/api/v1/files/upload`, {
    method: 'POST',
    headers: { authorization: bearer() },
    body: form,
  });
  const { data }: any = await response.json();
  expect(response.status).toBe(201);
  return until(`${name} to end`, 60_000, async () => {
    const seen = expectData(await producer.get(`/files/${data.file.id}`), 200);
    return ['completed', 'failed'].includes(seen.file.processing_status) ? seen : undefined;
  });
}

const bearer = () => `Bearer ${mint(api.secret, 'producer', 'samples')}`;

const reasonsOf = (seen: any) =>
  seen.processing_jobs.flatMap((job: any) => (job.status === 'failed' ? [job.error_details] : []));

describe('the samples, through the real API and a real worker', () => {
  test.each([
    ['photo-on-its-side.jpg', { width: 1600, height: 1200, format: 'jpeg' }],
    ['badge-with-alpha.png', { width: 640, height: 640, format: 'png' }],
    ['animation.gif', { width: 200, height: 150, format: 'gif' }],
    ['hills.webp', { width: 1280, height: 720, format: 'webp' }],
    ['drawing.bmp', { width: 240, height: 180, format: 'bmp' }],
    ['scan.tiff', { width: 900, height: 1200, format: 'tiff' }],
  ])('%s has its dimensions and three thumbnails that can be fetched', async (name, dimensions) => {
    const { file } = ended.get(name);
    expect(file).toMatchObject({ processing_status: 'completed', dimensions });
    expect(Object.keys(file.metadata.thumbnail_urls).sort()).toEqual(['large', 'medium', 'small']);
    expect(file.processed_files).toHaveLength(3);
    const answer = await fetch(`${api.url}/api/v1/files/${file.id}/processed/${file.metadata.thumbnail_urls.small}`, {
      headers: { authorization: bearer() },
    });
    const small = await sharp(await answer.arrayBuffer()).metadata();
    expect(small).toMatchObject({ format: 'jpeg' });
    expect(Math.max(small.width, small.height)).toBe(150);
  });

  test.each([
    ['clip.mp4', 'h264', 'mp4'],
    ['clip.webm', 'vp9', 'webm'],
    ['upright.mov', 'h264', 'mov'],
  ])('%s has its codec and a poster', (name, codec, format) => {
    const { file } = ended.get(name);
    expect(file).toMatchObject({ processing_status: 'completed', dimensions: { codec }, metadata: { format } });
    expect(file.metadata.poster_url).toBe(`posters/${file.id}/poster.jpg`);
  });

  test.each(['tone.mp3', 'tone.flac'])('%s has its tags', (name) => {
    const { file } = ended.get(name);
    expect(file).toMatchObject({
      processing_status: 'completed',
      metadata: { artist: 'The Examples', album: 'Test Tones', year: '2026' },
      dimensions: { sample_rate: 44_100 },
    });
  });

  test('report.pdf has its title', () => {
    expect(ended.get('report.pdf').file).toMatchObject({
      processing_status: 'completed',
      metadata: { title: 'Quarterly report', pages: 3, format: 'pdf' },
    });
  });

  test.each([
    ['damaged.jpg', 'damaged_input', 'The JPEG image ends in the middle of its image data.'],
    [
      'picture-called-a-film.mp4',
      'wrong_content_type',
      'The name ends in .mp4, which stands for a video, but the content is a PNG image.',
    ],
  ])('%s failed for a reason that a person understands', (name, code, message) => {
    const seen = ended.get(name);
    expect(seen.file.processing_status).toBe('failed');
    expect(reasonsOf(seen)).toEqual([{ error_code: code, error_message: message }]);
  });

  test('no temporary file of any of them is left', async () => {
    const roots = await readdir(workDir);
    for (const root of roots) expect(await readdir(join(workDir, root))).toEqual([]);
  });
});
