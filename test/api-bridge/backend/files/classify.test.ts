import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../../../src/api-bridge/backend/files/classify.ts';
import { kindOfName } from '../../../../src/api-bridge/backend/files/content-kinds.ts';
import { sniff } from '../../../../src/api-bridge/backend/files/sniff.ts';
import { openLocalStorage } from '../../../../src/api-bridge/backend/storage/local-storage.ts';
import type { StorageProvider } from '../../../../src/api-bridge/backend/storage/storage-provider.ts';
import { kindOfName as kindForWorkers } from '../../../../src/jobs/tools/content-kinds.ts';

const SAMPLES = join(import.meta.dirname, '../../../../examples/samples');
let folder: string;
let storage: StorageProvider;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-sniff-'));
  storage = await openLocalStorage(folder);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

let objects = 0;
async function look(bytes: Buffer, filename: string, contentType = 'application/octet-stream') {
  const key = `a/${++objects}`;
  await storage.write(key, Readable.from([bytes]), { limitBytes: 100_000_000 });
  return classify({ filename, contentType }, await sniff(storage, key));
}

describe('what a file is', () => {
  it.each([
    ['photo-on-its-side.jpg', 'image/jpeg', 'image', 'image'],
    ['badge-with-alpha.png', 'image/png', 'image', 'image'],
    ['animation.gif', 'image/gif', 'image', 'image'],
    ['hills.webp', 'image/webp', 'image', 'image'],
    ['drawing.bmp', 'image/bmp', 'image', 'image'],
    ['scan.tiff', 'image/tiff', 'image', 'image'],
    ['report.pdf', 'application/pdf', 'document', 'document'],
    ['clip.mp4', 'video/mp4', 'video', 'video'],
    ['upright.mov', 'video/quicktime', 'video', 'video'],
    ['clip.webm', 'video/webm', 'video', 'video'],
    ['tone.mp3', 'audio/mpeg', 'audio', 'audio'],
    ['tone.flac', 'audio/flac', 'audio', 'audio'],
    ['damaged.jpg', 'image/jpeg', 'image', 'image'],
    ['picture-called-a-film.mp4', 'image/png', 'image', 'video'],
  ])('is read from the bytes of the sample %s', async (name, contentType, fileType, jobsOf) => {
    expect(await look(await readFile(join(SAMPLES, name)), name)).toMatchObject({ contentType, fileType, jobsOf });
  });

  it('by name alone is nothing: random bytes stay unknown, and their jobs will say so', async () => {
    const noise = Buffer.from('c0ffee00badc0de5ff', 'hex');
    const found = await look(noise, 'photo.jpg', 'image/jpeg');
    expect(found).toEqual({
      contentType: 'application/octet-stream',
      fileType: 'other',
      jobsOf: 'image',
      declaredContentType: 'image/jpeg',
    });
    expect(await look(noise, 'data.bin')).toMatchObject({ jobsOf: undefined });
  });

  it.each([
    ['a.csv', 'text/csv', 'data'],
    ['a.json', 'application/json', 'data'],
    ['a.py', 'text/x-source', 'code'],
    ['a.html', 'text/html', 'code'],
    ['a.txt', 'text/plain', 'other'],
    ['none', 'text/plain', 'other'],
  ])('for a text follows its name: %s', async (name, contentType, fileType) => {
    expect(await look(Buffer.from('BMW, a text\n'.repeat(900)), name)).toMatchObject({ contentType, fileType });
  });

  it('does not take a text for unknown because a character is cut in two', async () => {
    for (const shift of ['', 'a', 'ab', 'abc']) {
      expect(await look(Buffer.from(shift + '照'.repeat(4_000)), 'a.txt')).toMatchObject({ contentType: 'text/plain' });
      expect(await look(Buffer.from(shift + '🙂'.repeat(4_000)), 'a.txt')).toMatchObject({ contentType: 'text/plain' });
    }
  });

  it('tells archives, drawings and sound in a film container', async () => {
    expect(await look(Buffer.from('504b0506' + '00'.repeat(18), 'hex'), 'a.zip')).toMatchObject({
      fileType: 'archive',
    });
    const drawing = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(await look(drawing, 'a.svg')).toMatchObject({ contentType: 'image/svg+xml', jobsOf: 'image' });
    const film = await readFile(join(SAMPLES, 'clip.mp4'));
    expect(await look(film, 'song.m4a')).toMatchObject({
      contentType: 'video/mp4',
      fileType: 'audio',
      jobsOf: 'audio',
    });
  });

  it('does not call another name of the same type a disagreement', async () => {
    const jpeg = await readFile(join(SAMPLES, 'photo-on-its-side.jpg'));
    for (const said of ['image/jpg', 'IMAGE/JPEG; q=1', 'application/octet-stream', '', 'nonsense']) {
      expect((await look(jpeg, 'a.jpg', said)).declaredContentType).toBeUndefined();
    }
    expect((await look(jpeg, 'a.jpg', 'image/png')).declaredContentType).toBe('image/png');
  });

  it('by its ending means the same to the API and to the workers', () => {
    const endings =
      'jpg jpeg jpe jfif png apng gif webp bmp tif tiff heic heif avif mp4 m4v mov qt mkv webm avi flv wmv asf ogv 3gp 3g2 mpg mpeg mp3 wav flac aac ogg oga opus m4a m4b wma aif aiff pdf rtf doc dot docx dotx xls xlt xlsx xltx ppt pot pps pptx potx ppsx odt ods odp txt svg zip exe';
    for (const ending of endings.split(' ')) {
      expect([ending, kindOfName(`a.${ending}`)]).toEqual([ending, kindForWorkers(`a.${ending}`)?.kind]);
    }
  });

  it('ends in good time for hostile bytes', async () => {
    const started = performance.now();
    for (const head of [
      '504b0304',
      '494433',
      '1f8b',
      '0000002066747970',
      '1a45dfa3',
      '52494646',
      '4f676753',
      'd0cf11e0a1b11ae1',
    ]) {
      const bytes = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(3_000_000, 0xff)]);
      await look(bytes, 'x.bin');
      await look(bytes.subarray(0, 7), 'x.bin');
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
