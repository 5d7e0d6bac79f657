import type { Row } from './result.ts';

const BAR = 22;
const LABEL = 260;
const WIDTH = 900;

/** One bar a row: the ratio, with a mark where the target is. */
export function barChart(rows: readonly Row[]): string {
  const most = Math.max(1, ...rows.flatMap((row) => [row.ratio, row.peerName === 'the target' ? 1 : row.target])) * 1.1;
  const x = (value: number) => LABEL + (value / most) * (WIDTH - LABEL - 60);
  const bars = rows.map((row, n) => {
    const y = 30 + n * (BAR + 12);
    const mark = x(row.peerName === 'the target' ? 1 : row.target);
    return [
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${row.scenario}, ${row.metric}</text>`,
      `<rect x="${LABEL}" y="${y}" width="${x(row.ratio) - LABEL}" height="${BAR}" fill="${row.met ? '#3f8f7f' : '#b3261e'}"/>`,
      `<line x1="${mark}" x2="${mark}" y1="${y - 4}" y2="${y + BAR + 4}" stroke="#222" stroke-dasharray="3 2"/>`,
      `<text x="${x(row.ratio) + 6}" y="${y + 15}">${row.ratio} × ${row.peerName}</text>`,
    ].join('');
  });
  const height = 50 + rows.length * (BAR + 12);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11"><title>Ratios of one run; dashed: the target</title>${bars.join('')}</svg>\n`;
}
