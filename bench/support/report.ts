import type { Row } from './result.ts';

const HEAD = ['scenario', 'metric', 'ours', 'peer', 'against', 'ratio', 'target', ''] as const;

/** The table that a person reads; the JSON beside it holds the same. */
export function reportTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.scenario,
    row.metric,
    `${row.ours}`,
    `${row.peer}`,
    row.peerName,
    `${row.ratio}`,
    `${row.target}`,
    row.met ? 'met' : 'not met',
  ]);
  const widths = HEAD.map((head, n) => Math.max(head.length, ...cells.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd();
  return `\n${[line(HEAD), ...cells.map(line)].join('\n')}\n`;
}
