import type { JobView } from '../../contract/job.ts';
import { quote } from '../../contract/search/read-tokens.ts';
import { Attempt } from '../parts/attempt.tsx';
import { Icon } from '../parts/icon.tsx';
import { JOB_LOOKS, State, type ShownState } from '../parts/state.tsx';
import { jobsHref } from './search.ts';

type HeadProps = { job: JobView; state: ShownState; mayAct: boolean };

/** What it is, how it stands, and what can be done to it now. */
export function JobHead({ job, state, mayAct }: HeadProps) {
  return (
    <div class="head" data-stream={`?queue=${encodeURIComponent(job.queue)}&id=${job.id}`}>
      <p class="small">
        <a href="/jobs">Jobs</a> / <a href={jobsHref(`queue:${quote(job.queue)}`)}>{job.queue}</a> /{' '}
        <a href={jobsHref(`name:${quote(job.name)}`)}>{job.name}</a>
      </p>
      <h1>{job.name}</h1>
      <State look={JOB_LOOKS[state]} strong />
      {job.claimedAt !== undefined && (
        <Attempt attempt={job.attempt} maxAttempts={job.maxAttempts} failed={state === 'failed'} />
      )}
      {mayAct && <Actions job={job} state={state} />}
    </div>
  );
}

function Actions({ job, state }: Omit<HeadProps, 'mayAct'>) {
  const here = `/jobs/${job.queue}/${job.id}`;
  const ended = state === 'failed' || state === 'cancelled' || state === 'completed';
  const isLater = (state === 'waiting' || state === 'retry') && job.held === undefined;
  return (
    <div class="acts">
      {(state === 'failed' || state === 'cancelled') && (
        <a class="btn pri" href={`${here}/retry`}>
          Retry
        </a>
      )}
      {isLater && (
        <a class="btn pri" href={`${here}/run`}>
          Run now
        </a>
      )}
      <a class="btn" href={`${here}/repeat`}>
        {ended ? 'Retry with edits' : 'Repeat with edits'}
      </a>
      {!ended && (
        <a class="btn bad" href={`${here}/cancel`}>
          Cancel
        </a>
      )}
      {state !== 'active' && (
        <a class="btn bad" href={`${here}/delete`}>
          <Icon name="x" />
          Delete
        </a>
      )}
    </div>
  );
}
