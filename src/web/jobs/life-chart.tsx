import type { JobView } from '../../contract/job.ts';
import { clockOrDay } from '../parts/time.tsx';
import { lifeInWords, stretchesOf } from './timeline.ts';

/** Narrower than this a stretch would not be seen. */
const LEAST_PERCENT = 0.6;

/** A job's life to scale: hatched where it waited, coloured where it ran. */
export function LifeChart({ job, nowMs }: { job: JobView; nowMs: number }) {
  const stretches = stretchesOf(job, nowMs);
  const bornMs = Date.parse(job.enqueuedAt);
  const endMs = stretches.at(-1)?.toMs ?? nowMs;
  const total = Math.max(1, endMs - bornMs);
  return (
    <svg class="chart life" height="44" role="img" aria-label={lifeInWords(stretches)}>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="f-hatch" width="1" height="6" />
        </pattern>
      </defs>
      {stretches.map(({ fromMs, toMs, tone }) => {
        const width = Math.max(LEAST_PERCENT, ((toMs - fromMs) / total) * 100);
        const x = Math.min(100 - width, ((fromMs - bornMs) / total) * 100);
        const place = { x: `${x.toFixed(2)}%`, y: '4', width: `${width.toFixed(2)}%`, height: '18', rx: '2' };
        return tone === undefined ? (
          <rect {...place} fill="url(#hatch)" />
        ) : (
          <rect {...place} class={`f-c s-${tone}`} />
        );
      })}
      <text x="0" y="40">
        {clockOrDay(bornMs, nowMs)}
      </text>
      <text class="end" x="100%" y="40">
        {job.finishedAt === undefined ? 'now' : clockOrDay(endMs, nowMs)}
      </text>
    </svg>
  );
}
