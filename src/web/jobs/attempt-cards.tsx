import type { AttemptView, JobView } from '../../contract/job.ts';
import { State, type Look } from '../parts/state.tsx';
import { Time, clockOrDay } from '../parts/time.tsx';
import { duration } from '../parts/words.ts';
import { JobLog, type ShownLog } from './job-log.tsx';

const LOOKS: Readonly<Record<AttemptView['outcome'], Omit<Look, 'word'>>> = {
  running: { tone: 'run', icon: 'run' },
  completed: { tone: 'done', icon: 'done' },
  failed: { tone: 'fail', icon: 'fail' },
  lost: { tone: 'fail', icon: 'fail' },
  released: { tone: 'wait', icon: 'wait' },
  cancelled: { tone: 'off', icon: 'cancel' },
};

/** What each kind of failure asks of whoever reads it. */
const KINDS: Readonly<Record<string, string>> = {
  RATE_LIMITED: 'wait, or ask for less',
  AUTH_FAILED: 'look at the credentials',
  TIMEOUT: 'look at what takes so long',
  AGENT_ERROR: 'look at the code or its input',
};

type CardsProps = { job: JobView; nowMs: number; log: ShownLog | undefined };

/** Every attempt, the newest first: who ran it, for how long, how it ended, and what it logged. */
export function AttemptCards({ job, nowMs, log }: CardsProps) {
  if (job.attempts.length === 0) return <p class="small mute">No worker has claimed it yet.</p>;
  const here = `/jobs/${job.queue}/${job.id}`;
  return (
    <>
      {job.attempts.toReversed().map((attempt) => (
        <Card attempt={attempt} nowMs={nowMs} here={here} log={log?.attempt === attempt.attempt ? log : undefined} />
      ))}
    </>
  );
}

type CardProps = { attempt: AttemptView; nowMs: number; here: string; log: ShownLog | undefined };

function Card({ attempt, nowMs, here, log }: CardProps) {
  const { workerId, claimedAt, settledAt, outcome, error } = attempt;
  const claimedMs = Date.parse(claimedAt);
  const ran =
    settledAt === undefined
      ? `runs for ${duration(nowMs - claimedMs)}`
      : `ran ${duration(Date.parse(settledAt) - claimedMs)}`;
  const word = `Attempt ${attempt.attempt}`;
  return (
    <div class="card" id={`attempt-${attempt.attempt}`}>
      <div class="att-head">
        <State look={{ ...LOOKS[outcome], word }} strong />
        <span class="mute">{outcome === 'lost' ? 'lost its lease' : outcome}</span>
        <a class="mute" href={`/workers#${workerId}`}>
          {workerId}
        </a>
        <span class="mute">
          claimed <Time ms={claimedMs}>{clockOrDay(claimedMs, nowMs)}</Time>, {ran}
        </span>
        {error?.category !== undefined && outcome !== 'released' && (
          <span class="tag s-fail" title={KINDS[error.category]}>
            {error.category}
          </span>
        )}
      </div>
      {error?.message !== undefined && <Failure outcome={outcome} error={error} />}
      {error?.stack !== undefined && (
        <details>
          <summary class="small">Stack</summary>
          <pre tabindex={0}>{error.stack}</pre>
        </details>
      )}
      {log === undefined ? (
        <p class="small">
          <a href={`${here}?log=${attempt.attempt}#attempt-${attempt.attempt}`}>Its log</a>
        </p>
      ) : (
        <JobLog log={log} href={here} follows={outcome === 'running'} />
      )}
    </div>
  );
}

function Failure({ outcome, error }: { outcome: AttemptView['outcome']; error: NonNullable<AttemptView['error']> }) {
  const name = error.code ?? (error.name === 'Error' ? undefined : error.name);
  const text = name === undefined ? error.message : `${name}: ${error.message ?? ''}`;
  return <p class={outcome === 'released' ? 'mute' : 'c s-fail mono'}>{text}</p>;
}
