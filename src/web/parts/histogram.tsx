import type { DurationClass } from '../../contract/queue-view.ts';
import { duration, percent, plural, thousands } from './words.ts';

const TOP = 8;
const HEIGHT = 96;
const LABELS = 4;
/** Few classes stay narrow bars at the left. */
const LEAST_PLACES = 12;

type HistogramProps = { readonly classes: readonly DurationClass[]; readonly title: string; readonly id: string };

/** How long something took: a bar for each doubling, and the numbers behind it. */
export function Histogram({ classes, title, id }: HistogramProps) {
  const all = classes.reduce((sum, each) => sum + each.attempts, 0);
  const most = Math.max(1, ...classes.map((each) => each.attempts));
  const places = Math.max(LEAST_PLACES, classes.length);
  const width = places * 10;
  const bars = classes.map(({ attempts }, index) => {
    if (attempts === 0) return '';
    const height = Math.max(1.5, (attempts / most) * HEIGHT);
    return `M${index * 10 + 0.6} ${(TOP + HEIGHT - height).toFixed(1)}h8.8v${height.toFixed(1)}h-8.8z`;
  });
  const every = Math.max(1, Math.ceil(places / LABELS));
  return (
    <figure>
      <svg class="chart" height="128" role="img" aria-labelledby={id}>
        <title id={id}>{`${title}: ${inWords(classes, all)}`}</title>
        <svg width="100%" height={TOP + HEIGHT} viewBox={`0 0 ${width} ${TOP + HEIGHT}`} preserveAspectRatio="none">
          <path class="f-flow" d={bars.join('')} />
        </svg>
        <line class="l-grid" x1="0" x2="100%" y1={TOP + HEIGHT + 0.5} y2={TOP + HEIGHT + 0.5} />
        {classes.map(
          ({ uptoMs }, index) =>
            index % every === 0 && (
              <text x={`${((index / places) * 100).toFixed(2)}%`} y="122">
                {`≤ ${duration(uptoMs)}`}
              </text>
            ),
        )}
      </svg>
      <details>
        <summary class="small mute">The numbers as a table</summary>
        <table class="flat">
          <caption class="sr">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Up to</th>
              <th scope="col" class="num">
                Attempts
              </th>
              <th scope="col" class="num">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ uptoMs, attempts }) => (
              <tr>
                <th scope="row">{duration(uptoMs)}</th>
                <td class="num">{thousands(attempts)}</td>
                <td class="num">{percent((attempts / Math.max(1, all)) * 100)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function inWords(classes: readonly DurationClass[], all: number): string {
  const most = classes.reduce<DurationClass | undefined>(
    (best, each) => (best === undefined || each.attempts > best.attempts ? each : best),
    undefined,
  );
  return most === undefined
    ? 'nothing to tell yet'
    : `of ${plural(all, 'timed attempt')} most took up to ${duration(most.uptoMs)}`;
}
