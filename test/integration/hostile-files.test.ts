import { readdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { blackPng, gif, pngWithBigText } from '../support/media/bombs.ts';
import { office, zip } from '../support/media/documents.ts';
import { quarters } from '../support/media/pictures.ts';
import { callerAs } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { readUpload, uploadFile } from './support/uploads.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

const MOST_MB = 700;

let api: Api;
let worker: WorkerProcess;

beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerProcess(api, { WORKER_QUEUES: 'file_processing', WORKER_CONCURRENCY: '4' });
}, 60_000);
afterAll(async () => {
  await worker.end('SIGTERM');
  await api.stop();
});

const SCRIPT = '<script>alert(1)</script>';
const text = (content: string) => Buffer.from(content, 'latin1');
const jpeg = () => quarters(120, 90).jpeg().toBuffer();
const png = () => quarters(120, 90).png().toBuffer();

/** What a file is called, what it is, and how its processing ends. */
const FILES: [string, string, () => Promise<Buffer> | Buffer, 'completed' | 'failed' | 'either'][] = [
  ['a GIF that is a script too', 'a.gif', () => text(`GIF89a/*\x01\x00\x80\x00\x00*/=1;alert(1)//`), 'failed'],
  [
    'a picture with an archive behind it',
    'b.png',
    async () => Buffer.concat([await png(), zip({ 'x.class': 'y' })]),
    'completed',
  ],
  [
    'a picture with a program behind it',
    'c.jpg',
    async () => Buffer.concat([await jpeg(), text('<?php system($_GET[0]); ?>')]),
    'completed',
  ],
  ['a page that is called a picture', 'd.jpg', () => text(`<!doctype html>${SCRIPT}`), 'failed'],
  ['a page that begins like a document', 'e.pdf', () => text(`%PDF-1.4\n${SCRIPT}`), 'either'],
  ['a drawing with a script', 'f.svg', () => text(`<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`), 'failed'],
  [
    'a drawing that reads a file',
    'g.svg',
    () => text('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'),
    'failed',
  ],
  ['an archive that is called a picture', 'h.png', () => zip({ 'a.txt': 'x' }), 'failed'],
  [
    'a playlist that is called a film',
    'i.mp4',
    () => text('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'),
    'failed',
  ],
  ['a list of files that is called a film', 'j.avi', () => text('ffconcat version 1.0\nfile /etc/passwd\n'), 'failed'],
  [
    'a picture program',
    'k.mvg',
    () => text("push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/x'\n"),
    'either',
  ],
  ['900 megapixels in 110 kB', 'l.png', () => blackPng(30_000, 30_000), 'failed'],
  ['4,000 megapixels in 40 bytes', 'm.gif', () => gif(65_000, 65_000), 'failed'],
  ['a picture whose title is 300 MB', 'n.png', () => pngWithBigText(300_000_000), 'either'],
  [
    'a document that unpacks to 200 MB',
    'o.docx',
    () => office(`<x><title>${'a'.repeat(200_000_000)}</title></x>`),
    'either',
  ],
  ['a document whose entities have no end', 'p.docx', () => office(lolz()), 'either'],
  ['an archive in an archive', 'q.docx', () => zip({ 'q.docx': zip({ 'q.docx': zip({ x: 'y' }) }) }), 'either'],
  ['nothing behind a head', 'r.mp3', () => text('ID3\x04\x00\x00\x7f\x7f\x7f\x7f'), 'failed'],
];

function lolz(): string {
  const entities = Array.from({ length: 12 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  return `<!DOCTYPE x [<!ENTITY l0 "lol">${entities}]><x><title>&l12;</title></x>`;
}

const download = (id: string) => callerAs(api, 'producer', 'p').get(`/files/${id}/download`);

describe('files that are not what they seem', { timeout: 180_000 }, () => {
  it('end by themselves, and the worker goes on', async () => {
    const uploads: [string, string, string][] = [];
    let mostMb = 0;
    for (const [what, name, make, end] of FILES) {
      const { file } = await uploadFile(api, name, new Uint8Array(await make()));
      uploads.push([what, String(file.id), end]);
    }
    const ends: string[] = [];
    for (const [what, id, end] of uploads) {
      const status = await until(`the end of ${what}`, 120_000, async () => {
        mostMb = Math.max(mostMb, residentMb(worker.child.pid ?? 0));
        const { file, processing_jobs: jobs } = await readUpload(api, id);
        const isOver = jobs.every((job: { status: string }) => ['completed', 'failed'].includes(job.status));
        return isOver ? (jobs.length === 0 ? 'either' : String(file.processing_status)) : undefined;
      });
      if (end !== 'either' && status !== 'either' && status !== end) ends.push(`${what}: ${status}`);
      const view = JSON.stringify(await readUpload(api, id));
      expect(view, what).not.toMatch(/root:x:|daemon:/);
    }
    expect(ends).toEqual([]);
    expect(worker.hasExited()).toBe(false);
    expect(mostMb).toBeLessThan(MOST_MB);
    const good = await uploadFile(api, 'good.jpg', new Uint8Array(await jpeg()));
    await until('a good picture after all of them', 60_000, async () => {
      const { file } = await readUpload(api, String(good.file.id));
      return file.processing_status === 'completed';
    });
  });

  it('are given back as bytes to be saved, whatever a browser would make of them', async () => {
    for (const name of ['x.html', 'x.svg', 'x.jpg', 'x.pdf']) {
      const { file } = await uploadFile(api, name, new Uint8Array(text(`<!doctype html>${SCRIPT}`)));
      const { headers } = await download(String(file.id));
      expect(headers.get('content-disposition'), name).toMatch(/^attachment/);
      expect(headers.get('x-content-type-options'), name).toBe('nosniff');
    }
  });

  it.each([
    '../../../../etc/cron.d/x.png',
    '..\\..\\windows\\x.png',
    '/etc/passwd',
    'C:\\x.png',
    'a\r\nset-cookie: x=1.png',
    '.htaccess',
    '..',
    `${'x'.repeat(3000)}.png`,
    '\u202egnp.exe',
    '"; filename="b.png',
    'CON',
    '~root',
    '$(id).png',
    '-rf.png',
  ])('keep to a name of their own, however they are called: %j', async (name) => {
    const { file } = await uploadFile(api, name, new Uint8Array(await png()));
    expect(file.filename).not.toMatch(/[/\\\u0000-\u001f\u007f]/);
    expect(['', '.', '..']).not.toContain(file.filename);
    expect(Buffer.byteLength(file.filename)).toBeLessThan(300);
    const { headers, status } = await download(String(file.id));
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(/^[\x20-\x7e]+$/);
    expect(headers.get('set-cookie')).toBeNull();
    // What is stored goes by its id, so no name is ever a path.
    const stored = await readdir(`${api.dataDir}/storage`, { recursive: true });
    expect(stored.filter((path) => /passwd|htaccess|cron|\.\.|root|CON|exe|rf/.test(path))).toEqual([]);
  });
});

function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
