import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimFor, eventually, patchJob, store, uploaded } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

const BYTES = randomBytes(300_000);
const TAG = `"${createHash('sha256').update(BYTES).digest('hex')}"`;
let bridge: Bridge;
let fileId: string;
const opened: Readable[] = [];
beforeAll(async () => {
  bridge = await openBridge({
    wrapStorage: (disk) => ({
      ...disk,
      async read(key, range) {
        const stream = await disk.read(key, range);
        opened.push(stream);
        return stream;
      },
    }),
  });
  fileId = (await uploaded(bridge, BYTES, "Zürich (1)'s.bin")).file.id;
});
afterAll(async () => bridge.close());

const download = (headers: Record<string, string> = {}, method = 'GET') =>
  bridge.call(method, `/files/${fileId}/download`, { token: bridge.producer, headers });

describe('a download', () => {
  it('is the very bytes, as an attachment that nobody runs', async () => {
    const answer = await download();
    expect(answer.bytes.equals(BYTES)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: TAG,
      'content-length': '300000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="Z_rich (1)'s.bin"; filename*=UTF-8''Z%C3%BCrich%20%281%29%27s.bin`,
    });
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=299999-', 299_999, 299_999],
    ['bytes=-5', 299_995, 299_999],
    ['bytes=-999999999', 0, 299_999],
    ['bytes=5-999999999', 5, 299_999],
    ['BYTES = 1 - 2', 1, 2],
  ])('answers the range %s with those bytes alone', async (range, start, end) => {
    const answer = await download({ range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/300000`]);
    expect(answer.bytes.equals(BYTES.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=300000-', 'bytes=300000-400000', 'bytes=-0', 'bytes=999999999999999-'])(
    'refuses the range %s, which lies behind the end',
    async (range) => {
      const answer = await download({ range });
      expect([answer.status, answer.body.code, answer.headers.get('content-range')]).toEqual([
        416,
        'range_not_satisfiable',
        'bytes */300000',
      ]);
    },
  );

  it.each([
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=0-1,3-4',
    'lines=1-2',
    'garbage',
    'bytes=1e3-',
    'bytes=-1-2',
    `bytes=${'9'.repeat(400)}-`,
  ])('reads over the range %s and sends the whole', async (range) => {
    const answer = await download({ range });
    expect([answer.status, answer.bytes.length]).toEqual([200, 300_000]);
  });

  it.each([TAG, `W/${TAG}`, `"other", ${TAG}`, '*'])('is not sent again to who has %s', async (tag) => {
    const answer = await download({ 'if-none-match': tag });
    expect([answer.status, answer.bytes.length, answer.headers.get('etag')]).toEqual([304, 0, TAG]);
  });

  it('is sent whole when the range is of another version', async () => {
    expect((await download({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await download({ range: 'bytes=0-1', 'if-range': TAG })).status).toBe(206);
    expect((await download({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers HEAD with the headers and opens nothing', async () => {
    const before = opened.length;
    const answer = await download({}, 'HEAD');
    expect(opened.length).toBe(before);
    expect([answer.status, answer.headers.get('content-length'), answer.bytes.length]).toEqual([200, '300000', 0]);
  });

  it('refuses a range of an empty file', async () => {
    const { file } = await uploaded(bridge, Buffer.alloc(0), 'empty');
    const answer = await bridge.call('GET', `/files/${file.id}/download`, {
      token: bridge.producer,
      headers: { range: 'bytes=0-' },
    });
    expect(answer.status).toBe(416);
  });

  it('answers 404 for what is no file and no result', async () => {
    for (const path of [
      '/files/nonsense',
      `/files/${crypto.randomUUID()}/download`,
      `/files/${fileId}/processed/a/b`,
      `/files/${fileId}/processed/..%2f..%2fetc%2fpasswd`,
      `/files/${fileId}/processed/%00`,
    ]) {
      expect((await bridge.call('GET', path, { token: bridge.producer })).status).toBe(404);
    }
  });

  it('says that it may work later when the bytes are not there', async () => {
    const { file } = await uploaded(bridge, Buffer.from('soon gone'), 'a.txt');
    await bridge.storage.delete(file.storage_key);
    const answer = await bridge.call('GET', `/files/${file.id}/download`, { token: bridge.producer });
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
  });

  it('closes the file when the client goes away in the middle', async () => {
    const big = await uploaded(bridge, randomBytes(6_000_000), 'big.bin');
    const leaving = new AbortController();
    const answer = await fetch(`${bridge.url}/api/v1/files/${big.file.id}/download`, {
      headers: { authorization: `Bearer ${bridge.producer}` },
      signal: leaving.signal,
    });
    await answer.body!.getReader().read();
    const stream = opened.at(-1)!;
    expect(stream.closed).toBe(false);
    leaving.abort();
    await eventually(async () => stream.closed, 'the file to be closed');
  });

  it('gives a worker its file, ranges too, and a result under its own name', async () => {
    const { file, processing_jobs } = await uploaded(bridge, Buffer.from('%PDF-1.4 etc'), 'a.pdf');
    const running = await claimFor(bridge, processing_jobs[0].id);
    const path = `/worker/files/${file.id}/download`;
    expect((await bridge.call('GET', path, { token: running.token })).bytes.toString()).toBe('%PDF-1.4 etc');
    const part = await bridge.call('GET', path, { token: running.token, headers: { range: 'bytes=1-3' } });
    expect([part.status, part.bytes.toString()]).toEqual([206, 'PDF']);
    await patchJob(bridge, running, { status: 'processing' });
    await store(bridge, running, file.id, 'small', 'type=t&storage_key=thumbnails/x/small.jpg');
    await patchJob(bridge, running, { status: 'completed' });
    const result = await bridge.call('GET', `/files/${file.id}/processed/thumbnails/x/small.jpg`, {
      token: bridge.producer,
      headers: { range: 'bytes=-2' },
    });
    expect([result.status, result.bytes.toString()]).toEqual([206, 'll']);
    expect(result.headers.get('content-disposition')).toContain('filename="small.jpg"');
  });
});
