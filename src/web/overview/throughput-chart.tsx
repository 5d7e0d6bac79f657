import type { MinuteBucket, Overview } from '../../contract/operator.ts';
import { hourMinute } from '../parts/time.tsx';
import { plural, thousands } from '../parts/words.ts';

const WIDTH = 600;
const UP = { top: 26, height: 120 } as const;
const DOWN = { top: 152, height: 48 } as const;

type Deploys = NonNullable<Overview['deploys']>;
type Series = 'completed' | 'retried' | 'failed';

/**
 * An hour in two lanes: work that went well upwards, trouble downwards on a scale of its own that is written beside it,
 * so that three failures beside seven hundred completions are seen.
 */
export function ThroughputChart({ minutes, deploys = [] }: { minutes: readonly MinuteBucket[]; deploys?: Deploys }) {
  const highest = niceTop(Math.max(1, ...minutes.map((minute) => minute.completed)));
  const trouble = Math.max(1, ...minutes.map((minute) => minute.retried + minute.failed));
  const zoom = zoomFor(highest, trouble);
  const scale = UP.height / highest;
  const path = (series: Series, heightOf: (minute: MinuteBucket) => readonly [number, number]) =>
    minutes
      .map((minute, index) => ({ index, count: minute[series], box: heightOf(minute) }))
      .filter(({ count }) => count > 0)
      .map(({ index, box: [y, height] }) => bar(index, minutes.length, y, height))
      .join('');
  const least = (height: number) => Math.max(1.5, height);
  const down = (count: number) => least(count * scale * zoom);
  const up = path('completed', ({ completed }) => [UP.height - least(completed * scale), least(completed * scale)]);
  const fails = path('failed', ({ failed }) => [0, down(failed)]);
  const retries = path('retried', ({ retried, failed }) => [failed === 0 ? 0 : down(failed), down(retried)]);
  const [first, last] = [minutes[0], minutes.at(-1)].map((minute) => Date.parse(minute?.at ?? ''));
  return (
    <svg class="chart" height="226" role="img" aria-labelledby="throughput-title">
      <title id="throughput-title">{finding(minutes)}</title>
      <line class="l-grid" x1="0" x2="100%" y1={UP.top} y2={UP.top} />
      <line class="l-grid" x1="0" x2="100%" y1={UP.top + UP.height / 2} y2={UP.top + UP.height / 2} />
      <svg y={UP.top} width="100%" height={UP.height} viewBox={`0 0 ${WIDTH} ${UP.height}`} preserveAspectRatio="none">
        <path class="f-flow" d={up} />
      </svg>
      <svg
        y={DOWN.top}
        width="100%"
        height={DOWN.height}
        viewBox={`0 0 ${WIDTH} ${DOWN.height}`}
        preserveAspectRatio="none"
      >
        <path class="f-c s-fail" d={fails} />
        <path class="f-c s-retry" d={retries} />
      </svg>
      <line class="l-grid" x1="0" x2="100%" y1="149" y2="149" />
      {deploys.map((deploy) => (
        <DeployMark deploy={deploy} minutes={minutes} />
      ))}
      <text x="0" y="22">
        {thousands(highest)}
      </text>
      <text x="0" y="198">
        {zoom === 1 ? 'trouble, same scale' : `trouble, scale ×${zoom}`}
      </text>
      <text x="0" y="220">
        {hourMinute(first ?? 0)}
      </text>
      {[20, 40].map((minute) => (
        <text class="mid" x={`${((minute / minutes.length) * 100).toFixed(2)}%`} y="220">
          {hourMinute((first ?? 0) + minute * 60_000)}
        </text>
      ))}
      <text class="end" x="100%" y="220">
        {hourMinute((last ?? 0) + 60_000)}
      </text>
    </svg>
  );
}

/** Where a version came up: what changes after it has probably come with it. */
function DeployMark({ deploy, minutes }: { deploy: Deploys[number]; minutes: readonly MinuteBucket[] }) {
  const [firstMs, atMs] = [Date.parse(minutes[0]?.at ?? ''), Date.parse(deploy.at)];
  const share = ((atMs - firstMs) / (minutes.length * 60_000)) * 100;
  if (!(share >= 0 && share <= 100)) return null;
  const x = `${share.toFixed(2)}%`;
  return (
    <>
      <line class="l-mark" x1={x} x2={x} y1="14" y2="200" />
      <text class={share > 80 ? 'end ink' : 'ink'} x={x} y="10">
        {`${deploy.version}, ${hourMinute(atMs)}`}
      </text>
    </>
  );
}

function finding(minutes: readonly MinuteBucket[]): string {
  const sum = (series: Series) => minutes.reduce((all, minute) => all + minute[series], 0);
  const busiest = minutes.reduce((best, minute) => (minute.completed > best.completed ? minute : best));
  if (sum('completed') + sum('retried') + sum('failed') === 0) return 'No attempt ended in the last hour.';
  return (
    `Attempts that ended in the last hour, per minute: ${thousands(sum('completed'))} completed, ` +
    `${thousands(sum('retried'))} to be tried again, ${plural(sum('failed'), 'job')} failed for good. ` +
    `The busiest minute was ${hourMinute(Date.parse(busiest.at))} with ${thousands(busiest.completed)}.`
  );
}

function bar(index: number, of: number, y: number, height: number): string {
  const step = WIDTH / of;
  const round = (value: number) => Number(value.toFixed(1));
  return `M${round(index * step + 1)} ${round(y)}h${round(step - 2)}v${round(height)}h-${round(step - 2)}z`;
}

/** The next round number above: 1, 2, 4, 5, 8 times a power of ten. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** How much larger trouble can be drawn and still fit its lane; a power of two, at least the common scale's. */
function zoomFor(highest: number, trouble: number): number {
  const fits = (DOWN.height / trouble) * (highest / UP.height);
  return fits < 2 ? Math.min(1, Number(fits.toPrecision(1))) : 2 ** Math.floor(Math.log2(fits));
}
