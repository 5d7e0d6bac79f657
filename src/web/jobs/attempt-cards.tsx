import type { AttemptView, JobView } from '../../contract/job.ts';
import { State, type Look } from '../parts/state.tsx';
import { Time, clockOrDay } from '../parts/time.tsx';
import { duration } from '../parts/words.ts';

const LOOKS: Readonly<Record<AttemptView['outcome'], Omit<Look, 'word'>>> = {
  running: { tone: 'run', icon: 'run' },
  completed: { tone: 'done', icon: 'done' },
  failed: { tone: 'fail', icon: 'fail' },
  lost: { tone: 'fail', icon: 'fail' },
  released: { tone: 'wait', icon: 'wait' },
  cancelled: { tone: 'off', icon: 'cancel' },
};

/** Every attempt, the newest first: who ran it, for how long, and how it ended. */
export function AttemptCards({ job, nowMs }: { job: JobView; nowMs: number }) {
  if (job.attempts.length === 0) return <p class="small mute">No worker has claimed it yet.</p>;
  return (
    <>
      {job.attempts.toReversed().map((attempt) => (
        <Card attempt={attempt} nowMs={nowMs} />
      ))}
    </>
  );
}

function Card({ attempt, nowMs }: { attempt: AttemptView; nowMs: number }) {
  const { workerId, claimedAt, settledAt, outcome, error } = attempt;
  const claimedMs = Date.parse(claimedAt);
  const ran =
    settledAt === undefined
      ? `runs for ${duration(nowMs - claimedMs)}`
      : `ran ${duration(Date.parse(settledAt) - claimedMs)}`;
  const word = `Attempt ${attempt.attempt}`;
  return (
    <div class="card">
      <div class="att-head">
        <State look={{ ...LOOKS[outcome], word }} strong />
        <span class="mute">{outcome === 'lost' ? 'lost its lease' : outcome}</span>
        <span class="mute">{workerId}</span>
        <span class="mute">
          claimed <Time ms={claimedMs}>{clockOrDay(claimedMs, nowMs)}</Time>, {ran}
        </span>
      </div>
      {error?.message !== undefined && <Failure outcome={outcome} error={error} />}
      {error?.stack !== undefined && (
        <details>
          <summary class="small">Stack</summary>
          <pre tabindex={0}>{error.stack}</pre>
        </details>
      )}
    </div>
  );
}

function Failure({ outcome, error }: { outcome: AttemptView['outcome']; error: NonNullable<AttemptView['error']> }) {
  const name = error.code ?? (error.name === 'Error' ? undefined : error.name);
  const text = name === undefined ? error.message : `${name}: ${error.message ?? ''}`;
  return <p class={outcome === 'released' ? 'mute' : 'c s-fail mono'}>{text}</p>;
}
