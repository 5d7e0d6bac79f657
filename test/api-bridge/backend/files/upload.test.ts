import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, fileOf, JPEG, keysIn, uploaded } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';
import { formOf, type Call } from '../caller.ts';

const MEGABYTE = 1024 * 1024;
let bridge: Bridge;
beforeAll(async () => {
  bridge = await openBridge({ uploadLimitBytes: 2 * MEGABYTE });
});
afterAll(async () => bridge.close());

const upload = (body: Call['body'], headers: Record<string, string> = {}) =>
  bridge.call('POST', '/files/upload', { token: bridge.producer, headers, ...(body === undefined ? {} : { body }) });
const multipart = { 'content-type': 'multipart/form-data; boundary=xyz' };
const rows = async () => (await bridge.pool.query('SELECT count(*)::int AS n FROM worker_api.file_object')).rows[0].n;

/** Whatever the upload was, it must have left neither a row nor a byte. */
async function leavesNothing(attempt: () => Promise<{ status: number; body: any }>) {
  const before = { rows: await rows(), keys: await keysIn(bridge) };
  const answer = await attempt();
  expect({ rows: await rows(), keys: await keysIn(bridge) }).toEqual(before);
  return answer;
}

describe('an upload', () => {
  it('stores an image and enqueues its two jobs with the row', async () => {
    const { file, processing_jobs } = await uploaded(bridge);
    expect(file).toMatchObject({
      filename: 'photo.jpg',
      content_type: 'image/jpeg',
      file_type: 'image',
      file_size: JPEG.length,
      processing_status: 'pending',
      metadata: {},
      processed_files: [],
    });
    expect(processing_jobs.map((job: any) => [job.job_type, job.status])).toEqual([
      ['thumbnail', 'pending'],
      ['metadata_extract', 'pending'],
    ]);
    const queued = await claim(bridge);
    expect(queued.map((job) => job.ref.name).sort()).toEqual(['files.metadata', 'files.thumbnail']);
    expect(queued.map((job) => job.processingJobId).sort()).toEqual(processing_jobs.map((job: any) => job.id).sort());
    const thumbnail = queued.find((job) => job.ref.name === 'files.thumbnail')!;
    const seen = await bridge.call('GET', `/worker/processing_jobs/${thumbnail.processingJobId}`, {
      token: thumbnail.token,
    });
    expect(seen.body.data).toMatchObject({
      job_parameters: { sizes: ['small', 'medium', 'large'] },
      max_retries: 3,
      file_object: { id: file.id, filename: 'photo.jpg', file_size: JPEG.length },
    });
  });

  it('completes at once what nobody processes', async () => {
    const { file, processing_jobs } = await uploaded(bridge, Buffer.from('just words'), 'notes.txt', 'text/plain');
    expect(file).toMatchObject({ content_type: 'text/plain', file_type: 'other', processing_status: 'completed' });
    expect(processing_jobs).toEqual([]);
  });

  it('is not fooled by a declared type, and says that it disagreed', async () => {
    const { file } = await uploaded(bridge, Buffer.from('not a picture'), 'notes.txt', 'image/png');
    expect(file).toMatchObject({ content_type: 'text/plain', metadata: { declared_content_type: 'image/png' } });
  });

  it('gives a false extension the jobs that will find it out, instead of calling it done', async () => {
    const { file, processing_jobs } = await uploaded(bridge, JPEG, 'film.mp4', 'video/mp4');
    expect(file).toMatchObject({ content_type: 'image/jpeg', file_type: 'image', processing_status: 'pending' });
    expect(processing_jobs.map((job: any) => job.job_type)).toEqual(['video_processing']);
  });

  it('takes an empty file for what it is', async () => {
    const { file } = await uploaded(bridge, Buffer.alloc(0), 'empty.bin');
    expect(file).toMatchObject({
      file_size: 0,
      processing_status: 'completed',
      content_type: 'application/octet-stream',
    });
    const answer = await bridge.call('GET', `/files/${file.id}/download`, { token: bridge.producer });
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  });

  it.each([
    ['../../x', 'x'],
    ['C:\\temp\\..\\evil.jpg', 'evil.jpg'],
    ['..', 'unnamed'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    [`${'é'.repeat(300)}.jpeg`, `${'é'.repeat(250)}.jpeg`],
    ['Üñíçødé 照片.jpg', 'Üñíçødé 照片.jpg'],
  ])('keeps of the name %j only what is safe', async (given, kept) => {
    const { file } = await uploaded(bridge, Buffer.from('x'), given);
    expect(file.filename).toBe(kept);
    expect((await keysIn(bridge)).every((key) => /^uploads\/[0-9a-f]{2}\/[0-9a-f-]{36}$/.test(key))).toBe(true);
  });

  it('takes exactly the limit, and not a byte more', async () => {
    const full = Buffer.alloc(2 * MEGABYTE, 7);
    expect((await upload(formOf(full, 'a.bin'))).status).toBe(201);
    const answer = await leavesNothing(() => upload(formOf(Buffer.alloc(2 * MEGABYTE + 1, 7), 'a.bin')));
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('refuses a body that is far too large before it has read it', async () => {
    const answer = await leavesNothing(() => upload(formOf(Buffer.alloc(20 * MEGABYTE), 'a.bin')));
    expect(answer.status).toBe(413);
  });

  it.each([['file'], ['another']])(
    'lets who sends for ever read why it was refused, in the field %s',
    async (field) => {
      const head = `--xyz\r\nContent-Disposition: form-data; name="${field}"; filename="a.bin"\r\n\r\n`;
      async function* endless() {
        yield Buffer.from(head);
        for (let n = 0; n < 40; n++) yield Buffer.alloc(MEGABYTE);
      }
      const answer = await leavesNothing(() => upload(ReadableStream.from(endless()), multipart));
      expect(answer).toMatchObject({ status: field === 'file' ? 413 : 422, body: { success: false } });
    },
  );

  it('refuses a token that may not enqueue what the file needs', async () => {
    const token = await bridge.tokenFor({ type: 'producer', sub: 'mailer', queues: ['email'] });
    const answer = await leavesNothing(() =>
      bridge.call('POST', '/files/upload', { token, body: formOf(JPEG, 'a.jpg') }),
    );
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it.each([
    ['a worker', 'worker'],
    ['a scraper', 'scraper'],
  ] as const)('refuses %s', async (_, type) => {
    const token = await bridge.tokenFor({ type, sub: 'w1' });
    expect((await bridge.call('POST', '/files/upload', { token, body: formOf(JPEG, 'a.jpg') })).status).toBe(403);
  });

  it('keeps the row and the bytes alike', async () => {
    const { file } = await uploaded(bridge, Buffer.from('same bytes'), 'a.txt');
    const answer = await bridge.call('GET', `/files/${file.id}/download`, { token: bridge.producer });
    expect(answer.bytes.toString()).toBe('same bytes');
    expect((await fileOf(bridge, file.id)).file).toEqual(file);
  });
});

describe('a form that is not one file', () => {
  const part = (name: string, more = '') =>
    `--xyz\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\nbytes\r\n`;
  const file = '; filename="a.txt"';

  it.each([
    ['no part at all', '--xyz--\r\n', 422],
    ['a text in place of the file', `${part('file')}--xyz--\r\n`, 422],
    ['the file in another field', `${part('picture', file)}--xyz--\r\n`, 422],
    ['two files', `${part('file', file)}${part('file', file)}--xyz--\r\n`, 422],
    ['two files, the second in another field', `${part('file', file)}${part('more', file)}--xyz--\r\n`, 422],
    ['a part without a name', `--xyz\r\nContent-Disposition: form-data; filename="a.txt"\r\n\r\nx\r\n--xyz--\r\n`, 422],
    ['a field name of 15 kB', `${part('n'.repeat(15_000), file)}--xyz--\r\n`, 422],
    ['a field name of 100 kB', `${part('n'.repeat(100_000), file)}--xyz--\r\n`, 400],
    ['100 text fields', `${part('a').repeat(100)}${part('file', file)}--xyz--\r\n`, 400],
    ['an end in the middle', part('file', file), 400],
    ['another boundary', part('file', file).replaceAll('xyz', 'abc'), 400],
    ['nothing', '', 400],
    ['no form', 'hello', 400],
  ])('is refused, with %s, and leaves nothing', async (_, body, status) => {
    const answer = await leavesNothing(() => upload(body, multipart));
    expect([answer.status, answer.body.success]).toEqual([status, false]);
  });

  it('is read with small text fields around the file', async () => {
    const answer = await upload(`${part('note')}${part('file', file)}${part('more')}--xyz--\r\n`, multipart);
    expect([answer.status, answer.body.data.file.filename]).toEqual([201, 'a.txt']);
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, 415],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 400],
    ['a form with an empty boundary', { 'content-type': 'multipart/form-data; boundary=' }, 400],
    ['multipart of another kind', { 'content-type': 'multipart/mixed; boundary=xyz' }, 415],
  ])('is refused as %s', async (_, headers, status) => {
    const answer = await leavesNothing(() => upload('{}', headers));
    expect(answer.status).toBe(status);
  });
});
