import type { Child } from 'hono/jsx';
import { CATALOGUE } from '../../contract/catalogue/index.ts';
import type { JobView } from '../../contract/job.ts';
import { clockOrDay, Time } from '../parts/time.tsx';
import { duration, roughly } from '../parts/words.ts';
import { jobsHref } from './search.ts';

/** What is known of a job beside its story; absent facts are left out. */
export function JobFacts({ job, nowMs }: { job: JobView; nowMs: number }) {
  const timeoutSeconds = CATALOGUE.find((known) => known.name === job.name)?.timeoutSeconds;
  const trace = job.traceparent?.split('-')[1];
  const when = (iso: string | undefined): Child => {
    if (iso === undefined) return undefined;
    const ms = Date.parse(iso);
    const text = ms > nowMs ? `in ${roughly(ms - nowMs)}` : `${roughly(nowMs - ms)} ago`;
    return (
      <>
        <Time ms={ms}>{`${clockOrDay(ms, nowMs)} UTC`}</Time>, {text}
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
    ['Group', job.group],
    ['Key', job.singletonKey === undefined ? undefined : <code>{job.singletonKey}</code>],
    ['Created', when(job.enqueuedAt)],
    ['Due', job.state === 'created' || job.state === 'retry' ? when(job.runAt) : undefined],
    ['Claimed', when(job.claimedAt)],
    ['Ended', when(job.finishedAt)],
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
