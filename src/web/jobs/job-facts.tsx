import type { Child } from 'hono/jsx';
import type { JobView } from '../../contract/job.ts';
import type { JobStanding } from '../../contract/job-standing.ts';
import { quote } from '../../contract/search/read-tokens.ts';
import { clockOrDay, Time, zoneWord } from '../parts/time.tsx';
import { duration, roughly } from '../parts/words.ts';
import { jobsHref } from './search.ts';

/** What is known of a job beside its story; absent facts are left out. */
export function JobFacts({ job, standing, nowMs }: { job: JobView; standing: JobStanding; nowMs: number }) {
  const { schedule, lineage, requires } = standing;
  const { timeoutSeconds } = requires;
  const labels = Object.entries(requires.labels ?? {});
  const trace = job.traceparent?.split('-')[1];
  const when = (iso: string | undefined): Child => {
    if (iso === undefined) return undefined;
    const ms = Date.parse(iso);
    const text = ms > nowMs ? `in ${roughly(ms - nowMs)}` : `${roughly(nowMs - ms)} ago`;
    return (
      <>
        <Time ms={ms}>{`${clockOrDay(ms, nowMs)} ${zoneWord(ms)}`}</Time>, {text}
      </>
    );
  };
  const facts: readonly (readonly [string, Child])[] = [
    ['Id', <code>{job.id}</code>],
    ['State', <code>{job.state}</code>],
    [
      'Queue',
      <>
        <a href={jobsHref(`queue:${job.queue}`)}>{job.queue}</a>, priority {job.priority}
      </>,
    ],
    [
      'Attempts',
      job.claimedAt === undefined ? `none of ${job.maxAttempts} yet` : `${job.attempt} of ${job.maxAttempts}`,
    ],
    ['Time limit', timeoutSeconds === undefined ? undefined : `${duration(timeoutSeconds * 1000)} each attempt`],
    ['Group', job.group === undefined ? undefined : <a href={jobsHref(`group:${quote(job.group)}`)}>{job.group}</a>],
    ['Key', job.singletonKey === undefined ? undefined : <code>{job.singletonKey}</code>],
    ['Created', when(job.enqueuedAt)],
    ['Due', job.state === 'created' || job.state === 'retry' ? when(job.runAt) : undefined],
    ['Claimed', when(job.claimedAt)],
    ['Ended', when(job.finishedAt)],
    [
      'Labels',
      labels.length === 0 ? undefined : labels.map(([key, value]) => <span class="tag">{`${key}=${value}`}</span>),
    ],
    ['Circuit', requires.circuit],
    ['Schedule', schedule === undefined ? undefined : <a href={`/schedules/${schedule.name}`}>{schedule.name}</a>],
    [
      'Parent',
      lineage?.parent === undefined ? undefined : <a href={jobsHref(`id:${lineage.parent}`)}>{lineage.parent}</a>,
    ],
    [
      'Family',
      lineage === undefined ? undefined : (
        <a href={jobsHref(`root:${lineage.root}`)}>{`generation ${lineage.depth} after ${lineage.root.slice(0, 8)}`}</a>
      ),
    ],
    ['Children', <a href={jobsHref(`parent:${job.id}`)}>those that it enqueued</a>],
    ['Trace', trace === undefined ? undefined : <code>{trace}</code>],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([word, value]) =>
          value !== undefined && (
            <>
              <dt>{word}</dt>
              <dd>{value}</dd>
            </>
          ),
      )}
    </dl>
  );
}
