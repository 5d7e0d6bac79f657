import type { JobStanding } from '../../contract/job-standing.ts';
import { duration, plural } from '../parts/words.ts';

type Runs = JobStanding['runs'];
const HEIGHT = 52;

/** How the last runs of the same name went: a bar each, as high as it was long, failed ones in their colour. */
export function NameRuns({ name, runs }: { name: string; runs: Runs }) {
  if (runs.length < 2) return null;
  const longest = Math.max(1, ...runs.map(({ ranMs }) => ranMs));
  const failed = runs.filter(({ outcome }) => outcome !== 'completed').length;
  const said = `Median ${duration(quantile(runs, 0.5))}, p95 ${duration(quantile(runs, 0.95))}, ${failed} of ${runs.length} failed`;
  const path = (isFailed: boolean) =>
    runs
      .map(({ outcome, ranMs }, index) =>
        (outcome !== 'completed') === isFailed ? bar(index, Math.max(3, (ranMs / longest) * (HEIGHT - 4))) : '',
      )
      .join('');
  return (
    <>
      <h2 class="sp">
        This name, last {plural(runs.length, 'run')} <small>the longest {duration(longest)}</small>
      </h2>
      <svg class="chart" height="60" role="img" aria-label={`Run times of ${name}: ${said}`}>
        <svg width="100%" height={HEIGHT} viewBox={`0 0 ${runs.length * 10} ${HEIGHT}`} preserveAspectRatio="none">
          <path class="f-flow" d={path(false)} />
          <path class="f-c s-fail" d={path(true)} />
        </svg>
        <line class="l-grid" x1="0" x2="100%" y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
      </svg>
      <p class="small mute">{said}</p>
    </>
  );
}

function bar(index: number, height: number): string {
  return `M${index * 10 + 1} ${(HEIGHT - height).toFixed(1)}h8V${HEIGHT}h-8z`;
}

export function quantile(runs: Runs, share: number): number {
  const sorted = runs.map(({ ranMs }) => ranMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
