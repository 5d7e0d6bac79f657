import { readdir, readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileTypeFromFile } from 'file-type';
import { expect, onTestFinished, test } from 'vitest';
import { createProgressView } from '../../src/start/progress-view.ts';
import { resultTable } from '../../src/start/result-table.ts';
import type { SampleFile } from '../../src/start/sample-files.ts';
import { openSampleLedger } from '../../src/start/sample-ledger.ts';
import { isAsExpected, standingOf, type SampleResult } from '../../src/start/sample-result.ts';
import { SAMPLE_SET, samplePath } from '../../src/start/sample-set.ts';

type JobStatus = SampleFile['processing_jobs'][number]['status'];

function result(
  expects: 'completed' | 'failed',
  status: SampleFile['file']['processing_status'],
  jobs: JobStatus[],
  error = 'too dark',
): SampleResult {
  const at = '2026-01-01T00:00:00Z';
  return {
    sample: { name: 'a.mp4', contentType: 'video/mp4', expects },
    file: {
      file: {
        id: 'f',
        filename: 'a.mp4',
        content_type: 'video/mp4',
        file_size: 1,
        file_type: 'video',
        storage_key: 'k',
        checksum_sha256: 'c',
        metadata: { video: { video_codec: 'h264', audio_codec: 'aac' } },
        exif_data: {},
        dimensions: { width: 640, height: 360, duration: 3 },
        processed_files: ['small', 'large'].map((size) => ({
          type: 'thumbnail',
          storage_key: `thumbnails/f/${size}.jpg`,
        })),
        processing_status: status,
        created_at: at,
        updated_at: at,
      },
      processing_jobs: jobs.map((job) => ({
        id: 'j',
        job_type: 'thumbnail',
        status: job,
        ...(job === 'failed' ? { error_details: { message: error } } : {}),
      })),
    },
  };
}

test('the set is the folder: no sample is missing, none is forgotten', async () => {
  const files = await readdir(dirname(samplePath('x')));
  expect(SAMPLE_SET.map(({ name }) => name).sort()).toEqual(files.sort());
});

test('every sample is what it is sent as, save the one whose name lies', async () => {
  for (const { name, contentType } of SAMPLE_SET) {
    const mime = (await fileTypeFromFile(samplePath(name)))?.mime.replace('audio/x-flac', 'audio/flac');
    expect(mime, name).toBe(name === 'picture-called-a-film.mp4' ? 'image/png' : contentType);
  }
});

test('a file has not ended while one of its jobs is still to come, whatever it says of itself', () => {
  expect(standingOf(result('completed', 'completed', ['completed', 'pending']))).toBe('processing');
  expect(standingOf(result('completed', 'failed', ['failed', 'processing']))).toBe('processing');
  expect(standingOf(result('completed', 'completed', ['completed', 'completed']))).toBe('completed');
});

test('a damaged file that succeeds is unexpected, and so is a failure without a reason', () => {
  expect(isAsExpected(result('failed', 'completed', ['completed']))).toBe(false);
  expect(isAsExpected(result('failed', 'failed', ['failed'], ''))).toBe(false);
  expect(isAsExpected(result('failed', 'failed', ['failed']))).toBe(true);
  expect(isAsExpected(result('completed', 'failed', ['failed']))).toBe(false);
  expect(isAsExpected({ sample: { name: 'a', contentType: 'b', expects: 'completed' } })).toBe(false);
});

test('the table shows what came out, where it is, and why something failed', () => {
  const table = resultTable([
    result('completed', 'completed', ['completed']),
    result('completed', 'failed', ['failed']),
  ]);
  expect(table).toContain('a.mp4  video/mp4  640×360     h264, aac  3.0 s     completed\n');
  expect(table).toContain('  └ thumbnails/f/{small.jpg, large.jpg}\n');
  expect(table).toContain('failed (unexpected)\n  └ too dark');
});

test('without a terminal each sample is told once, when it ended', () => {
  const lines: string[] = [];
  const view = createProgressView({ write: (text) => lines.push(text) });
  view.show([result('completed', 'processing', ['processing'])]);
  expect(lines).toEqual([]);
  view.show([result('completed', 'completed', ['completed'])]);
  view.show([result('completed', 'completed', ['completed'])]);
  expect(lines).toEqual(['[1/1] a.mp4 completed\n']);
});

test('in a terminal the same lines are drawn over, never wider than it is', () => {
  const writes: string[] = [];
  const view = createProgressView({ write: (text) => writes.push(text), isTTY: true, columns: 20 });
  view.show([result('completed', 'processing', ['processing'])]);
  view.show([result('completed', 'completed', ['completed'])]);
  expect(writes[1]?.startsWith('\u001b[1A')).toBe(true);
  const visible = writes
    .join('')
    .replaceAll(/\u001b\[\w+/g, '')
    .split('\n');
  expect(Math.max(...visible.map((line) => line.length))).toBeLessThan(20);
});

test('the ledger outlives a restart, and a damaged one is an empty one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  (await openSampleLedger(folder)).record('a.jpg', 'id-1');
  expect((await openSampleLedger(folder)).idOf('a.jpg')).toBe('id-1');
  await writeFile(join(folder, 'samples.json'), (await readFile(join(folder, 'samples.json'), 'utf8')).slice(0, 5));
  expect((await openSampleLedger(folder)).idOf('a.jpg')).toBeUndefined();
});
