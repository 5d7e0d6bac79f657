import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyTrash, discardOver } from '../../../../src/api-bridge/backend/files/storage-sweep.ts';
import { claimFor, fileOf, keysIn, patchJob, store, uploaded, type Running } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

const MEGABYTE = 1024 * 1024;
let bridge: Bridge;
let fileId: string;
let running: Running;
beforeAll(async () => {
  bridge = await openBridge({ uploadLimitBytes: MEGABYTE });
});
afterAll(async () => bridge.close());
beforeEach(async () => {
  const { file, processing_jobs } = await uploaded(bridge, Buffer.from('%PDF-1.4\n'), 'a.pdf');
  fileId = file.id;
  running = await claimFor(bridge, processing_jobs[0].id);
  await patchJob(bridge, running, { status: 'processing' });
});

const complete = (by: Running) => patchJob(bridge, by, { status: 'completed' });
const shown = async () => (await fileOf(bridge, fileId)).file.processed_files;
const bytesOf = async (key: string) => {
  const answer = await bridge.call('GET', `/files/${fileId}/processed/${encodeURIComponent(key)}`, {
    token: bridge.producer,
  });
  return answer.status === 200 ? answer.bytes.toString() : answer.status;
};
/** What is in storage beside the uploads, once the trash was emptied. */
const results = async () => {
  await discardOver(bridge.pool);
  await emptyTrash(bridge, 0);
  const own = await bridge.pool.query('SELECT object_key FROM worker_api.processed_file WHERE file_object_id = $1', [
    fileId,
  ]);
  const all = await keysIn(bridge);
  expect(all.filter((key) => key.startsWith('incoming/'))).toEqual([]);
  return own.rows.filter((row) => all.includes(row.object_key)).length;
};
const post = (json: object) => bridge.call('POST', `/worker/files/${fileId}/processed`, { token: running.token, json });

describe('a result', () => {
  it('shows when its processing job completes, and not before', async () => {
    const stored = await store(
      bridge,
      running,
      fileId,
      'small',
      'type=thumbnail&size=small&storage_key=thumbnails/x/small.jpg',
    );
    expect(stored).toMatchObject({
      status: 201,
      body: { data: { storage_key: 'thumbnails/x/small.jpg', file: { id: fileId } } },
    });
    expect([await shown(), await bytesOf('thumbnails/x/small.jpg')]).toEqual([[], 404]);
    await complete(running);
    expect(await shown()).toEqual([
      expect.objectContaining({
        type: 'thumbnail',
        size: 'small',
        storage_key: 'thumbnails/x/small.jpg',
        content_type: 'image/jpeg',
        byte_size: 5,
      }),
    ]);
    expect(await bytesOf('thumbnails/x/small.jpg')).toBe('small');
  });

  it('gets the key of the seed when it names none', async () => {
    const { body } = await store(bridge, running, fileId, 'x', 'type=poster');
    expect(body.data.storage_key).toMatch(new RegExp(`^processed/${fileId}/[0-9a-f]{16}$`));
  });

  it('replaces what the same attempt stored under the same key, also when both arrive at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => store(bridge, running, fileId, `v${n}`, 'type=t&storage_key=a/b')),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    await store(bridge, running, fileId, 'last', 'type=t&storage_key=a/b');
    await complete(running);
    expect(await bytesOf('a/b')).toBe('last');
    expect([(await shown()).length, await results()]).toEqual([1, 1]);
  });

  it('of a lost attempt never shows beside the one that counted', async () => {
    await store(bridge, running, fileId, 'first', 'type=t&storage_key=a/b');
    await store(bridge, running, fileId, 'only first', 'type=t&storage_key=a/c');
    const error = { message: 'lost' };
    await bridge.settle({ ref: running.ref, outcome: { type: 'failed', error, retry: true, retryInSeconds: 0 } });
    expect((await store(bridge, running, fileId, 'late', 'type=t&storage_key=a/b')).status).toBe(401);
    const second = await claimFor(bridge, running.processingJobId);
    await store(bridge, second, fileId, 'second', 'type=t&storage_key=a/b');
    await complete(second);
    expect((await shown()).map((result: any) => result.storage_key)).toEqual(['a/b']);
    expect(await bytesOf('a/b')).toBe('second');
    await bridge.settle({ ref: second.ref, outcome: { type: 'completed' } });
    expect(await results()).toBe(1);
  });

  it('replaces an earlier one of the same key when the job is done again', async () => {
    await store(bridge, running, fileId, 'old', 'type=t&storage_key=a/b');
    await complete(running);
    await bridge.settle({ ref: running.ref, outcome: { type: 'failed', error: { message: 'no' }, retry: false } });
    await bridge.retry(running.ref.jobId);
    const again = await claimFor(bridge, running.processingJobId);
    expect(await bytesOf('a/b')).toBe('old');
    expect((await patchJob(bridge, again, { status: 'processing' })).status).toBe(200);
    await store(bridge, again, fileId, 'new', 'type=t&storage_key=a/b');
    await complete(again);
    expect([await bytesOf('a/b'), await results()]).toEqual(['new', 1]);
  });

  it('stored after its processing job has completed does not count', async () => {
    await store(bridge, running, fileId, 'in time', 'type=t&storage_key=a/b');
    await complete(running);
    await store(bridge, running, fileId, 'late', 'type=t&storage_key=a/b');
    await bridge.settle({ ref: running.ref, outcome: { type: 'completed' } });
    expect([await bytesOf('a/b'), await results()]).toEqual(['in time', 1]);
  });

  it.each([
    ['no type', '', 422],
    ['a key that climbs out', 'type=t&storage_key=../../x', 422],
    ['a key with an empty part', 'type=t&storage_key=a//b', 422],
    ['an absolute key', 'type=t&storage_key=/etc/passwd', 422],
    ['a key that ends in a dot-dot', 'type=t&storage_key=a/..', 422],
    ['a content type that would break a header', 'type=t&content_type=a/b%0d%0aset-cookie:x', 422],
    ['no content type at all', 'type=t&content_type=picture', 422],
    ['a NUL in the type', 'type=%00', 422],
  ])('is refused with %s', async (_, query, status) => {
    expect((await store(bridge, running, fileId, 'x', query)).status).toBe(status);
    expect(await results()).toBe(0);
  });

  it('is refused without a byte, and over the limit', async () => {
    expect((await store(bridge, running, fileId, '', 'type=t')).status).toBe(422);
    expect((await store(bridge, running, fileId, Buffer.alloc(MEGABYTE + 1), 'type=t')).status).toBe(413);
    expect((await store(bridge, running, fileId, Buffer.alloc(MEGABYTE), 'type=t')).status).toBe(201);
    expect(await results()).toBe(1);
  });

  it('leaves nothing when its attempt is lost while the bytes arrive', async () => {
    const before = await keysIn(bridge);
    let more: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (more = controller) });
    const storing = bridge.call('PUT', `/worker/files/${fileId}/processed?type=t`, { token: running.token, body });
    more!.enqueue(Buffer.from('half'));
    while ((await keysIn(bridge)).length === before.length) await new Promise((resolve) => setTimeout(resolve, 5));
    await bridge.settle({ ref: running.ref, outcome: { type: 'completed' } });
    more!.close();
    expect((await storing).status).toBe(401);
    expect(await keysIn(bridge)).toEqual(before);
  });
});

describe('a result in base64', () => {
  it('is stored like a streamed one', async () => {
    const file_content = Buffer.from('bytes').toString('base64');
    const metadata = { type: 'thumbnail', size: { width: 5 }, storage_key: 'a/b', content_type: 'image/webp', more: 1 };
    expect((await post({ file_content, metadata })).status).toBe(201);
    await complete(running);
    expect(await shown()).toMatchObject([
      { type: 'thumbnail', size: { width: 5 }, content_type: 'image/webp', byte_size: 5 },
    ]);
    expect(await bytesOf('a/b')).toBe('bytes');
  });

  it.each([
    ['nothing', {}],
    ['an empty text', { file_content: '' }],
    ['a number', { file_content: 7 }],
    ['another alphabet', { file_content: '_-_-' }],
    ['missing padding', { file_content: 'YQ' }],
    ['a line break', { file_content: 'YWJj\nYWJj' }],
    ['stray bits', { file_content: 'YR==' }],
    ['words', { file_content: 'not base64!' }],
    ['a bad key', { file_content: 'YWJj', metadata: { storage_key: '../x' } }],
    ['a bad content type', { file_content: 'YWJj', metadata: { content_type: 'x\r\ny' } }],
  ])('is refused as %s', async (_, json) => {
    expect((await post(json)).status).toBe(422);
  });

  it('is refused when it is large, because a large one belongs into the stream', async () => {
    expect((await post({ file_content: 'A'.repeat(5 * MEGABYTE) })).status).toBe(413);
  });
});
