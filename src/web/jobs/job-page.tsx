import { quote } from '../../contract/search/read-tokens.ts';
import type { JobView } from '../../contract/job.ts';
import { renderPage } from '../frame/page.tsx';
import { JobValueTree, jobValueSize } from '../value/job-value.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Attempt } from '../parts/attempt.tsx';
import { JOB_LOOKS, shownState, State, type ShownState } from '../parts/state.tsx';
import { duration, percent } from '../parts/words.ts';
import { AttemptCards } from './attempt-cards.tsx';
import { findReason } from './find-reason.ts';
import { JobFacts } from './job-facts.tsx';
import { jobsHref } from './search.ts';
import { LifeChart } from './life-chart.tsx';
import { ReasonBox } from './reason-box.tsx';
import { timelineOf } from './timeline.ts';
import { Timeline } from './timeline-list.tsx';

/** One job: how it stands and why, its life, its attempts, what went in and what came out. */
export async function renderJob(view: View, job: JobView): Promise<string> {
  const { nowMs, workers, overview } = view;
  const state = shownState(job, nowMs);
  const readyInQueue = overview.queues.find((queue) => queue.name === job.queue)?.ready ?? 0;
  const reason = findReason(job, { workers, readyInQueue, nowMs });
  return await renderPage(view, {
    title: `${job.name}, ${JOB_LOOKS[state].word.toLowerCase()}`,
    section: 'jobs',
    children: (
      <>
        <Head job={job} state={state} mayAct={mayOperate(view)} />
        {state === 'active' && <Progress job={job} nowMs={nowMs} />}
        {reason !== undefined && <ReasonBox reason={reason} />}
        <div class="cols two">
          <div class="sec">
            <h2>Timeline</h2>
            <LifeChart job={job} nowMs={nowMs} />
            <Timeline events={timelineOf(job, nowMs)} nowMs={nowMs} />
            <h2 class="sp">Attempts</h2>
            <AttemptCards job={job} nowMs={nowMs} />
          </div>
          <div class="sec">
            <h2>Facts</h2>
            <JobFacts job={job} nowMs={nowMs} />
            <h2 class="sp">
              Input <small>{jobValueSize(job, 'payload')}</small>
            </h2>
            <JobValueTree job={job} of="payload" />
            <Output job={job} />
          </div>
        </div>
      </>
    ),
  });
}

function Head({ job, state, mayAct }: { job: JobView; state: ShownState; mayAct: boolean }) {
  const here = `/jobs/${job.queue}/${job.id}`;
  const canRetry = state === 'failed' || state === 'cancelled';
  const canCancel = !canRetry && state !== 'completed';
  return (
    <div class="head">
      <p class="small">
        <a href="/jobs">Jobs</a> / <a href={jobsHref(`queue:${job.queue}`)}>{job.queue}</a> /{' '}
        <a href={jobsHref(`name:${quote(job.name)}`)}>{job.name}</a>
      </p>
      <h1>{job.name}</h1>
      <State look={JOB_LOOKS[state]} strong />
      {job.claimedAt !== undefined && (
        <Attempt attempt={job.attempt} maxAttempts={job.maxAttempts} failed={state === 'failed'} />
      )}
      {mayAct && (
        <div class="acts">
          {canRetry && (
            <a class="btn pri" href={`${here}/retry`}>
              Retry
            </a>
          )}
          {canCancel && (
            <a class="btn bad" href={`${here}/cancel`}>
              Cancel
            </a>
          )}
        </div>
      )}
    </div>
  );
}

function Progress({ job, nowMs }: { job: JobView; nowMs: number }) {
  const { progress, claimedAt } = job;
  const ran = claimedAt === undefined ? '' : `running ${duration(nowMs - Date.parse(claimedAt))}`;
  if (progress === undefined) {
    return (
      <section class="sec">
        <div class="hd">
          <h2>Running</h2>
          <span class="mute small">{ran}; it has not said how far it is</span>
        </div>
      </section>
    );
  }
  return (
    <section class="sec">
      <div class="hd">
        <h2>
          {percent(progress.percent)}
          {progress.message !== undefined && `, ${progress.message}`}
        </h2>
        <span class="mute small">{ran}</span>
      </div>
      <svg
        class="bar"
        viewBox="0 0 100 5"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${Math.round(progress.percent)} percent done`}
      >
        <rect class="f-c s-run" width={progress.percent.toFixed(1)} height="5" />
      </svg>
    </section>
  );
}

function Output({ job }: { job: JobView }) {
  if (job.state === 'completed' && (job.output !== undefined || job.outputBytes !== undefined)) {
    return (
      <>
        <h2 class="sp">
          Output <small>{jobValueSize(job, 'output')}</small>
        </h2>
        <JobValueTree job={job} of="output" />
      </>
    );
  }
  const nothing =
    job.state === 'completed' ? 'It ended without an output.' : 'Nothing yet; it is written when an attempt completes.';
  return (
    <>
      <h2 class="sp">Output</h2>
      <p class="small mute">{nothing}</p>
    </>
  );
}
