import type { JobListItem } from '../../contract/operator.ts';
import { Attempt } from '../parts/attempt.tsx';
import { Glance } from '../parts/glance.tsx';
import { DEAD_LOOK, JOB_LOOKS, shownState, State, type ShownState } from '../parts/state.tsx';
import { Pick } from '../parts/selection.tsx';
import { Time } from '../parts/time.tsx';
import { duration, percent, roughly } from '../parts/words.ts';

/** A job that has been due for so long is worth colouring. */
const LATE_MS = 60_000;

/** One row a job: what it is, how it stands, and how long that has been so. */
export function JobRows({
  jobs,
  nowMs,
  pickable = false,
}: {
  jobs: readonly JobListItem[];
  nowMs: number;
  pickable?: boolean;
}) {
  return (
    <tbody>
      {jobs.map((job) => (
        <Row job={job} nowMs={nowMs} pickable={pickable} />
      ))}
    </tbody>
  );
}

function Row({ job, nowMs, pickable }: { job: JobListItem; nowMs: number; pickable: boolean }) {
  const state = shownState(job, nowMs);
  const ran = job.claimedAt !== undefined;
  // A dead letter is a copy; what can be read and retried is the job that it was.
  const { queue, id } = job.source ?? job;
  return (
    <tr data-key={id}>
      {pickable && <Pick name="job" value={`${queue}/${id}`} label={`${job.name}, ${id.slice(0, 8)}`} />}
      <td>
        <State look={job.source === undefined ? JOB_LOOKS[state] : DEAD_LOOK} />
      </td>
      <td class="grow">
        <div class="cut">
          <a href={`/jobs/${queue}/${id}`}>{job.name}</a>
          {job.error === undefined ? <Glance payload={job.payload} /> : <span class="err">{job.error}</span>}
        </div>
      </td>
      <td>{queue}</td>
      <td>{ran && <Attempt attempt={job.attempt} maxAttempts={job.maxAttempts} failed={state === 'failed'} />}</td>
      <td>
        {job.source === undefined ? <Since job={job} state={state} nowMs={nowMs} /> : <Died job={job} nowMs={nowMs} />}
      </td>
      <td class="p3 mute">{job.workerId ?? ''}</td>
    </tr>
  );
}

/** The time that matters in each state: how long it waits, runs, is still to wait, or when it ended and how long it ran. */
function Since({ job, state, nowMs }: { job: JobListItem; state: ShownState; nowMs: number }) {
  const runAtMs = Date.parse(job.runAt);
  const claimedMs = job.claimedAt === undefined ? undefined : Date.parse(job.claimedAt);
  switch (state) {
    case 'ready':
      return <Due word="for" ms={nowMs - runAtMs} />;
    case 'waiting':
      return <Time ms={runAtMs}>{`in ${duration(runAtMs - nowMs)}`}</Time>;
    case 'retry':
      if (runAtMs <= nowMs) return <Due word="due for" ms={nowMs - runAtMs} />;
      return <Time ms={runAtMs}>{`again in ${duration(runAtMs - nowMs)}`}</Time>;
    case 'active':
      return (
        <>
          {claimedMs !== undefined && <Time ms={claimedMs}>{`for ${duration(nowMs - claimedMs)}`}</Time>}
          {job.percent !== undefined && (
            <>
              {' '}
              <span class="mute">{percent(job.percent)}</span>
              <svg class="bar" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true">
                <rect class="f-c s-run" width={job.percent.toFixed(1)} height="5" />
              </svg>
            </>
          )}
        </>
      );
    default:
      return <Ended job={job} claimedMs={claimedMs} nowMs={nowMs} />;
  }
}

function Died({ job, nowMs }: { job: JobListItem; nowMs: number }) {
  const diedMs = Date.parse(job.enqueuedAt);
  return <Time ms={diedMs}>{`${roughly(nowMs - diedMs)} ago`}</Time>;
}

function Due({ word, ms }: { word: string; ms: number }) {
  const text = `${word} ${duration(ms)}`;
  return ms >= LATE_MS ? <b class="c s-retry">{text}</b> : <>{text}</>;
}

type EndedProps = { job: JobListItem; claimedMs: number | undefined; nowMs: number };

function Ended({ job, claimedMs, nowMs }: EndedProps) {
  if (job.finishedAt === undefined) return null;
  const endedMs = Date.parse(job.finishedAt);
  return (
    <>
      <Time ms={endedMs}>{`${roughly(nowMs - endedMs)} ago`}</Time>{' '}
      {claimedMs !== undefined && endedMs >= claimedMs && (
        <span class="mute">after {duration(endedMs - claimedMs)}</span>
      )}
    </>
  );
}
