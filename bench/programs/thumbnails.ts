import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createThumbnails } from '../../src/jobs/files/processors/thumbnails.ts';
import { createMediaTools } from '../../src/jobs/tools/media-tools.ts';
import { readBenchPath } from '../support/env.ts';

// Makes the three thumbnails of each photo that is named, as the job does. Prints the ms of each, and its peak memory.
const tools = createMediaTools({ searchPath: readBenchPath(), warn: () => undefined });
const workdir = await mkdtemp(join(tmpdir(), 'powernode-bench-'));
const times: number[] = [];
for (const path of process.argv.slice(2)) {
  const startedAt = performance.now();
  const declared = { filename: 'photo.jpg', contentType: 'image/jpeg' };
  await createThumbnails({ path, declared, workdir, signal: new AbortController().signal, tools });
  times.push(performance.now() - startedAt);
}
await tools.close();
process.stdout.write(JSON.stringify({ times, peakMb: process.resourceUsage().maxRSS / 1024 }));
