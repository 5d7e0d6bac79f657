import type { JobView } from '../../contract/job.ts';
import type { JobStanding } from '../../contract/job-standing.ts';
import { duration, percent, roughly } from '../parts/words.ts';
import { quantile } from './name-runs.tsx';

type ProgressProps = { job: JobView; standing: JobStanding; nowMs: number };

/** How far a running job is, by its own word, and how long it may still take. */
export function JobProgress({ job, standing, nowMs }: ProgressProps) {
  const { progress, claimedAt } = job;
  const ranMs = claimedAt === undefined ? 0 : nowMs - Date.parse(claimedAt);
  const limit = standing.requires.timeoutSeconds;
  const atMost = limit === undefined ? '' : ` of at most ${duration(limit * 1000)}`;
  const left = leftMs(job, standing, ranMs);
  const said = `running ${duration(ranMs)}${atMost}${left === undefined ? '' : `, about ${roughly(left)} left`}`;
  return (
    <section class="sec">
      <div class="hd">
        <h2>
          {progress === undefined ? 'Running' : percent(progress.percent)}
          {progress?.message !== undefined && `, ${progress.message}`}
        </h2>
        <span class="mute small">
          {said}
          {progress === undefined && '; it has not said how far it is'}
        </span>
      </div>
      {progress !== undefined && (
        <svg
          class="bar"
          viewBox="0 0 100 5"
          preserveAspectRatio="none"
          role="img"
          aria-label={`${Math.round(progress.percent)} percent done`}
        >
          <rect class="f-c s-run" width={progress.percent.toFixed(1)} height="5" />
        </svg>
      )}
    </section>
  );
}

/** From its own progress where it is far enough to tell, else from how long others of its name took. */
function leftMs({ progress }: JobView, { runs }: JobStanding, ranMs: number): number | undefined {
  const share = progress?.percent ?? 0;
  if (share >= 5) return (ranMs / share) * (100 - share);
  const completed = runs.filter(({ outcome }) => outcome === 'completed');
  const left = completed.length < 5 ? 0 : quantile(completed, 0.5) - ranMs;
  return left > 0 ? left : undefined;
}
