import { createMediaTools } from '../../src/jobs/tools/media-tools.ts';
import { readBenchPath } from '../support/env.ts';

// Reads tags of each photo that is named through the one exiftool of a worker. Prints the ms of each after the first.
const tools = createMediaTools({ searchPath: readBenchPath(), warn: () => undefined });
const times: number[] = [];
for (const path of process.argv.slice(2)) {
  const startedAt = performance.now();
  await tools.exif.read(path, ['Make', 'Model', 'DateTimeOriginal', 'GPSLatitude'], new AbortController().signal);
  times.push(performance.now() - startedAt);
}
await tools.close();
process.stdout.write(JSON.stringify({ times: times.slice(1) }));
