import { isAsExpected, reasonOf, standingOf, type SampleResult } from './sample-result.ts';

const HEADINGS = ['file', 'type', 'dimensions', 'codecs', 'duration', 'result'] as const;

/** What came out, a row for each sample, with the stored thumbnails or the reason of the failure below it. */
export function resultTable(results: readonly SampleResult[], width = 100): string {
  const rows = results.map((result) => [
    result.sample.name,
    result.file?.file.content_type ?? result.sample.contentType,
    dimensionsOf(result),
    codecsOf(result),
    durationOf(result),
    `${standingOf(result)}${isAsExpected(result) ? '' : ' (unexpected)'}`,
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const body = results.flatMap((result, index) => [line(rows[index] ?? []), ...belowRow(result, width)]);
  return [line(HEADINGS), line(widths.map((length) => '─'.repeat(length))), ...body].join('\n');
}

function belowRow(result: SampleResult, width: number): string[] {
  const keys = result.file?.file.processed_files.map(({ storage_key: key }) => key) ?? [];
  const notes = standingOf(result) === 'failed' ? [reasonOf(result)] : groupByFolder(keys);
  return notes
    .filter((note) => note !== '')
    .flatMap((note) => wrap(note, Math.max(width, 60) - 4).map((text, at) => `${at === 0 ? '  └ ' : '    '}${text}`));
}

/** `a/b/small.jpg`, `a/b/large.jpg` → `a/b/{small.jpg, large.jpg}`. */
function groupByFolder(keys: readonly string[]): string[] {
  const folders = Map.groupBy(keys, (key) => key.slice(0, key.lastIndexOf('/') + 1));
  return [...folders].map(([folder, members]) => {
    const names = members.map((key) => key.slice(folder.length)).join(', ');
    return members.length === 1 ? `${folder}${names}` : `${folder}{${names}}`;
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function dimensionsOf({ file }: SampleResult): string {
  const { width, height } = file?.file.dimensions ?? {};
  if (typeof width === 'number' && typeof height === 'number') return `${width}×${height}`;
  const pages = new Map(leaves(file?.file.metadata ?? {})).get('pages');
  return typeof pages === 'number' || typeof pages === 'string' ? `${pages} pages` : '';
}

function codecsOf({ file }: SampleResult): string {
  const found = new Set<string>();
  for (const [key, value] of leaves({ ...file?.file.dimensions, ...file?.file.metadata })) {
    if (/^(?:codec|video_codec|audio_codec)$/.test(key) && typeof value === 'string') found.add(value);
  }
  return [...found].join(', ');
}

function durationOf({ file }: SampleResult): string {
  const duration = file?.file.dimensions['duration'];
  return typeof duration === 'number' ? `${duration.toFixed(1)} s` : '';
}

/** Every value of nested records with its key. */
function leaves(record: object): [string, unknown][] {
  return Object.entries(record).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? leaves(value) : [[key, value]],
  );
}
