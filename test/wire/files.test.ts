import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createWorker, type TestWorker } from './support/actors.ts';
import { callerAs, callerOf, type Caller, expectData, expectRefusal } from './support/client.ts';
import { mint } from './support/token.ts';
import { until } from './support/until.ts';

let api: Api;
let producer: Caller;
let worker: TestWorker;
// The smallest PNG: one transparent pixel.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

beforeAll(async () => {
  api = await startApi();
  producer = callerAs(api, 'producer', 'backend');
  worker = await createWorker(api, ['file_processing']);
});
afterAll(() => api.stop());

async function upload(bytes: Uint8Array<ArrayBuffer>, filename: string, type: string, field = 'file') {
  const form = new FormData();
  form.set(field, new Blob([bytes], { type }), filename);
  const headers = { authorization: `Bearer ${mint(api.secret, 'producer', 'backend')}` };
  const response = await fetch(`${api.url}/api/v1/files/upload`, { method: 'POST', headers, body: form });
  return { status: response.status, body: (await response.json()) as any };
}

async function uploaded(bytes: Uint8Array<ArrayBuffer>, filename: string, type: string) {
  const { status, body } = await upload(bytes, filename, type);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.data as { file: any; processing_jobs: any[] };
}

const fileOf = async (id: string) => expectData(await producer.get(`/files/${id}`), 200);
const bytesOf = (path: string, bearer: string, range?: string) =>
  fetch(`${api.url}/api/v1${path}`, { headers: { authorization: `Bearer ${bearer}`, ...(range ? { range } : {}) } });

/** The queue job that carries out this processing job. */
async function claimFor(processingJobId: string): Promise<{ job: Claimed; plane: Caller }> {
  const job = await until('the queue job', 10_000, async () => {
    const jobs = await worker.claim({ limit: 20, waitSeconds: 1 });
    for (const each of jobs) if (each.payload.processing_job_id !== processingJobId) await worker.release(each);
    return jobs.find((each) => each.payload.processing_job_id === processingJobId);
  });
  await worker.beat([job]);
  return { job, plane: callerOf(api.url, job.token) };
}

describe('an upload', () => {
  it('is answered with the file and what it needs', async () => {
    const { file, processing_jobs } = await uploaded(new Uint8Array(PNG), 'pixel.png', 'image/png');
    expect(file).toMatchObject({
      id: expect.any(String),
      filename: 'pixel.png',
      content_type: 'image/png',
      file_size: PNG.length,
      file_type: 'image',
      processing_status: 'pending',
    });
    expect(processing_jobs.map((job) => job.job_type).toSorted()).toEqual(['metadata_extract', 'thumbnail']);
    for (const job of processing_jobs) expect(job).toMatchObject({ id: expect.any(String), status: 'pending' });
    expect((await fileOf(file.id)).file).toMatchObject({ id: file.id, processing_status: 'pending' });
  });

  it('believes the content and not its name, and completes at once what needs nothing', async () => {
    const liar = await uploaded(new Uint8Array(PNG), 'film.mp4', 'video/mp4');
    expect(liar.file.file_type).toBe('image');
    const plain = await uploaded(new Uint8Array(Buffer.from([0, 1, 2, 3])), 'thing.bin', 'application/octet-stream');
    expect(plain.processing_jobs).toEqual([]);
    expect(plain.file.processing_status).toBe('completed');
  });

  it('is refused without its field, with no body, and with a broken one', async () => {
    const bad = await upload(new Uint8Array(PNG), 'pixel.png', 'image/png', 'other');
    expect(bad).toMatchObject({ status: 422, body: { success: false } });
    expectRefusal(await producer.ask('POST', '/files/upload', { body: {} }), 415);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const raw of ['', 'nonsense', '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut']) {
      const answer = await producer.ask('POST', '/files/upload', { raw, headers });
      expect([400, 422]).toContain(answer.status);
      expectRefusal(answer, answer.status);
    }
    expectRefusal(
      await producer.ask('POST', '/files/upload', { raw: 'x', headers: { 'content-type': 'multipart/form-data' } }),
      400,
    );
  });

  it.each(['../../etc/passwd', 'a\u0000b.png', 'x'.repeat(2000), '🐘.png', '', '.', 'a/b\\c.png', '"quoted".png'])(
    'survives the file name %j',
    async (name) => {
      const { status, body } = await upload(new Uint8Array(PNG), name, 'image/png');
      expect([201, 400, 422]).toContain(status);
      if (status === 201) expect(body.data.file.filename).not.toMatch(/[/\\\u0000]/);
    },
  );

  it('can be downloaded whole and in ranges, by who may', async () => {
    const bytes = new Uint8Array(randomBytes(100_000));
    const { file } = await uploaded(bytes, 'noise.bin', 'application/octet-stream');
    const path = `/files/${String(file.id)}/download`;
    const token = mint(api.secret, 'producer', 'backend');
    const whole = await bytesOf(path, token);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-length')).toBe('100000');
    const digest = (data: ArrayBuffer | Uint8Array) => createHash('sha256').update(new Uint8Array(data)).digest('hex');
    expect(digest(await whole.arrayBuffer())).toBe(digest(bytes));
    for (const [range, from, to] of [
      ['bytes=10-19', 10, 20],
      ['bytes=99990-', 99_990, 100_000],
      ['bytes=-5', 99_995, 100_000],
      ['bytes=0-0', 0, 1],
    ] as const) {
      const part = await bytesOf(path, token, range);
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/100000`);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from(bytes.subarray(from, to)));
    }
    expect((await bytesOf(path, token, 'bytes=100000-')).status).toBe(416);
    expect([200, 206]).toContain((await bytesOf(path, token, 'bytes=nonsense')).status);
    expect((await bytesOf(path, mint(api.secret, 'worker', worker.id))).status).toBe(403);
    expect((await bytesOf(path, 'x')).status).toBe(401);
    expectRefusal(await producer.get(`/files/${randomUUID()}`), 404);
    expectRefusal(await producer.get(`/files/${randomUUID()}/download`), 404);
  });
});

describe('the data plane of a file job', () => {
  it('leads a file from pending through processing to completed', async () => {
    const { file, processing_jobs } = await uploaded(new Uint8Array(PDF), 'paper.pdf', 'application/pdf');
    expect(processing_jobs).toMatchObject([{ job_type: 'metadata_extract' }]);
    const id = processing_jobs[0].id as string;
    const { job, plane } = await claimFor(id);
    expect(expectData(await plane.get(`/worker/processing_jobs/${id}`), 200)).toMatchObject({
      id,
      job_type: 'metadata_extract',
      status: 'pending',
      file_object_id: file.id,
      file_object: { id: file.id, filename: 'paper.pdf', content_type: 'application/pdf', file_size: PDF.length },
    });
    expectRefusal(await plane.patch(`/worker/processing_jobs/${id}`, { status: 'completed' }), 422);
    expectData(await plane.patch(`/worker/processing_jobs/${id}`, { status: 'processing' }), 200);
    expectRefusal(await plane.patch(`/worker/processing_jobs/${id}`, { status: 'processing' }), 422);
    expect((await fileOf(file.id)).file.processing_status).toBe('processing');
    const content = await bytesOf(`/worker/files/${String(file.id)}/download`, job.token, 'bytes=0-7');
    expect(await content.text()).toBe('%PDF-1.4');
    expectData(await plane.patch(`/worker/files/${file.id}`, { metadata: { pages: 1 } }), 200);
    expectData(
      await plane.patch(`/worker/files/${file.id}`, { metadata: { title: 'A' }, dimensions: { width: 1 } }),
      200,
    );
    const path = `/worker/files/${String(file.id)}/processed?type=preview&storage_key=previews/one.txt`;
    const headers = { 'content-type': 'application/octet-stream' };
    expectData(await plane.ask('PUT', path, { raw: 'a preview', headers }), 201);
    const result_data = { pages: 1 };
    expectData(await plane.patch(`/worker/processing_jobs/${id}`, { status: 'completed', result_data }), 200);
    expectData(await worker.complete(job), 200);
    const done = await fileOf(file.id);
    expect(done.file).toMatchObject({
      processing_status: 'completed',
      metadata: { pages: 1, title: 'A' },
      dimensions: { width: 1 },
    });
    expect(done.processing_jobs).toMatchObject([{ id, status: 'completed', result_data }]);
    const [{ storage_key }] = done.file.processed_files;
    const preview = await bytesOf(
      `/files/${String(file.id)}/processed/${String(storage_key)}`,
      mint(api.secret, 'producer', 'backend'),
    );
    expect([preview.status, await preview.text()]).toEqual([200, 'a preview']);
  });

  it('opens no other file and no other processing job', async () => {
    const mine = await uploaded(new Uint8Array(PDF), 'mine.pdf', 'application/pdf');
    const other = await uploaded(new Uint8Array(PDF), 'other.pdf', 'application/pdf');
    const { job, plane } = await claimFor(mine.processing_jobs[0].id);
    for (const answer of [
      await plane.get(`/worker/processing_jobs/${other.processing_jobs[0].id}`),
      await plane.patch(`/worker/processing_jobs/${other.processing_jobs[0].id}`, { status: 'processing' }),
      await plane.get(`/worker/files/${other.file.id}`),
      await plane.patch(`/worker/files/${other.file.id}`, { metadata: { stolen: true } }),
      await plane.get(`/worker/files/${other.file.id}/download`),
      await plane.get(`/files/${mine.file.id}`),
    ]) {
      expect([401, 403, 404]).toContain(answer.status);
      expectRefusal(answer, answer.status);
    }
    expect((await fileOf(other.file.id)).file.metadata).not.toHaveProperty('stolen');
    expectData(await worker.complete(job), 200);
    expectRefusal(await plane.get(`/worker/files/${mine.file.id}`), 401);
  });

  it('ends as failed when its queue job ends without a word', async () => {
    const { file, processing_jobs } = await uploaded(new Uint8Array(PDF), 'lost.pdf', 'application/pdf');
    const { job, plane } = await claimFor(processing_jobs[0].id);
    expectData(await plane.patch(`/worker/processing_jobs/${processing_jobs[0].id}`, { status: 'processing' }), 200);
    expectData(await worker.fail(job, { error: { message: 'out of memory' }, retry: false }), 200);
    const ended = await until('the failed file', 10_000, async () => {
      const found = await fileOf(file.id);
      return found.file.processing_status === 'failed' && found;
    });
    expect(ended.processing_jobs[0].status).toBe('failed');
    expect(JSON.stringify(ended.processing_jobs[0].error_details)).toContain('out of memory');
  });

  it('takes the seed system’s base64 results, and refuses what is none', async () => {
    const { file, processing_jobs } = await uploaded(new Uint8Array(PDF), 'seed.pdf', 'application/pdf');
    const { job, plane } = await claimFor(processing_jobs[0].id);
    const path = `/worker/files/${String(file.id)}/processed`;
    const metadata = { type: 'note', size: 4, storage_key: 'notes/one.txt' };
    expectData(await plane.post(path, { file_content: Buffer.from('note').toString('base64'), metadata }), 201);
    for (const body of [{ metadata }, { file_content: 'no base64!', metadata }, { file_content: 7 }]) {
      expectRefusal(await plane.post(path, body), 422);
    }
    for (const storage_key of ['../out', '/etc/passwd', 'a/../../b', 'a\u0000']) {
      expectRefusal(await plane.post(path, { file_content: 'bm90ZQ==', metadata: { type: 'x', storage_key } }), 422);
    }
    expectData(await worker.complete(job), 200);
  });
});
