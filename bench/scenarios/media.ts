import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exiftoolPath } from 'exiftool-vendored';
import sharp from 'sharp';
import { startChild } from '../support/children.ts';
import { residentMb } from '../support/process-cost.ts';
import { costRow, rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const PROGRAMS = join(import.meta.dirname, '../programs');
const PHOTOS = 3;
const READS = 12;

/** Three thumbnails of photos of 24 megapixels against ImageMagick, and their tags against a fresh exiftool for each. */
async function media(stage: Stage): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-bench-media-'));
  try {
    const photos = await makePhotos(folder);
    return [...(await thumbnails(stage, photos, folder)), await metadata(photos)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePhotos(folder: string): Promise<string[]> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const fine = await sharp({ create: { width: 1500, height: 1000, channels: 3, background: '#888', noise } })
    .png()
    .toBuffer();
  const exif = { IFD0: { Make: 'Bench', Model: 'Twenty-four' } };
  const paths = Array.from({ length: PHOTOS }, (_, n) => join(folder, `photo-${n}.jpg`));
  for (const path of paths)
    await sharp(fine).resize(6000, 4000, { kernel: 'cubic' }).withExif(exif).jpeg({ quality: 90 }).toFile(path);
  return paths;
}

async function thumbnails(stage: Stage, photos: readonly string[], folder: string): Promise<Row[]> {
  if (spawnSync('convert', ['-version']).status !== 0) {
    process.stderr.write('NOT MEASURED against ImageMagick: there is no `convert` (apt-get install imagemagick)\n');
    return [];
  }
  const [ours, theirs, ourPeak, theirPeak]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let n = 0; n < stage.rounds; n += 1) {
    const mine = report(await run(process.execPath, [join(PROGRAMS, 'thumbnails.ts'), ...photos]));
    ours.push(...mine.times.map((ms) => 1000 / ms));
    ourPeak.push(mine.peakMb ?? Number.NaN);
    for (const photo of photos) {
      const startedAt = performance.now();
      const { peakMb } = await run('convert', convertArguments(photo, folder));
      theirs.push(1000 / (performance.now() - startedAt));
      theirPeak.push(peakMb);
    }
  }
  const about = { scenario: 'three thumbnails of 24 MP', peerName: 'ImageMagick convert' };
  return [
    rateRow({ ...about, metric: 'photos/s', target: 5 }, ours, theirs),
    costRow({ ...about, metric: 'peak memory, MB', target: 0.33 }, ourPeak, theirPeak),
  ];
}

/** One process for all three, which decodes the photo once. */
function convertArguments(photo: string, folder: string): string[] {
  const step = (box: number, name: string) => ['-resize', `${box}x${box}>`, '-write', join(folder, name)];
  const common = ['-auto-orient', '-strip', '-quality', '85'];
  return [
    photo,
    ...common,
    ...step(600, 'large.jpg'),
    ...step(300, 'medium.jpg'),
    '-resize',
    '150x150>',
    join(folder, 'small.jpg'),
  ];
}

async function metadata(photos: readonly string[]): Promise<Row> {
  const paths = Array.from({ length: READS + 1 }, (_, n) => photos[n % photos.length] ?? '');
  const ours = report(await run(process.execPath, [join(PROGRAMS, 'metadata.ts'), ...paths])).times;
  const script = await exiftoolPath();
  const theirs: number[] = [];
  for (const path of paths.slice(1)) {
    const startedAt = performance.now();
    await run(script, ['-j', '-fast', '-Make', '-Model', '-DateTimeOriginal', '-GPSLatitude', path]);
    theirs.push(performance.now() - startedAt);
  }
  const perSecond = (times: readonly number[]) => times.map((ms) => 1000 / ms);
  const about = { scenario: 'metadata', metric: 'files/s', peerName: 'an exiftool process a file', target: 10 };
  return rateRow(about, perSecond(ours), perSecond(theirs));
}

/** Runs a program to its end; its highest memory is looked at all the while. */
async function run(command: string, args: readonly string[]): Promise<{ output: string; peakMb: number }> {
  const child = startChild(command, { args });
  let output = '';
  let peakMb = 0;
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const looking = setInterval(() => {
    try {
      peakMb = Math.max(peakMb, residentMb(child.pid ?? 0, 'VmHWM') || 0);
    } catch {
      // It has just ended.
    }
  }, 5);
  const [code] = await once(child, 'close');
  clearInterval(looking);
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
  return { output, peakMb };
}

function report({ output }: { output: string }): { times: number[]; peakMb?: number } {
  return JSON.parse(output);
}

export const mediaScenarios = { media };
