import type { JobView } from '../../contract/job.ts';
import type { JobStanding } from '../../contract/job-standing.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { JOB_LOOKS, shownState } from '../parts/state.tsx';
import { JobValueTree, jobValueSize } from '../value/job-value.tsx';
import { AttemptCards } from './attempt-cards.tsx';
import { findReason } from './find-reason.ts';
import { JobFacts } from './job-facts.tsx';
import { JobHead } from './job-head.tsx';
import type { ShownLog } from './job-log.tsx';
import { JobProgress } from './job-progress.tsx';
import { LifeChart } from './life-chart.tsx';
import { NameRuns } from './name-runs.tsx';
import { ReasonBox } from './reason-box.tsx';
import { TakeAway } from './take-away.tsx';
import { timelineOf } from './timeline.ts';
import { Timeline } from './timeline-list.tsx';

export type JobData = { readonly job: JobView; readonly standing: JobStanding; readonly log: ShownLog | undefined };

/** One job: how it stands and why, its life, its attempts, what went in and what came out. */
export async function renderJob(view: View, { job, standing, log }: JobData): Promise<string> {
  const { nowMs, workers } = view;
  const state = shownState(job, nowMs);
  const reason = findReason(job, { workers, standing, nowMs });
  return await renderPage(view, {
    title: `${job.name}, ${JOB_LOOKS[state].word.toLowerCase()}`,
    section: 'jobs',
    children: (
      <>
        <JobHead job={job} state={state} mayAct={mayOperate(view)} />
        {state === 'active' && <JobProgress job={job} standing={standing} nowMs={nowMs} />}
        {reason !== undefined && <ReasonBox reason={reason} />}
        <div class="cols two">
          <div class="sec">
            <h2>Timeline</h2>
            <LifeChart job={job} nowMs={nowMs} />
            <Timeline events={timelineOf(job, nowMs)} nowMs={nowMs} />
            <h2 class="sp">Attempts</h2>
            <AttemptCards job={job} nowMs={nowMs} log={log} />
            <NameRuns name={job.name} runs={standing.runs} />
            <TakeAway job={job} />
          </div>
          <div class="sec">
            <h2>Facts</h2>
            <JobFacts job={job} standing={standing} nowMs={nowMs} />
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
