import type { Overview } from '../../contract/operator.ts';
import { Time } from '../parts/time.tsx';
import { roughly } from '../parts/words.ts';

type Failures = Overview['recentFailures'];

/** The newest jobs that failed for good, each with why. */
export function RecentFailures({ failures, nowMs }: { failures: Failures; nowMs: number }) {
  return (
    <section class="sec">
      <div class="hd">
        <h2>
          Latest failures <small>for good</small>
        </h2>
        <a class="small mute" href="/jobs?q=state:failed">
          All failed jobs
        </a>
      </div>
      {failures.length === 0 ? (
        <p class="small mute">No job failed for good in the last seven days.</p>
      ) : (
        <table class="flat">
          <caption class="sr">Jobs that failed for good, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col" class="num">
                When
              </th>
            </tr>
          </thead>
          <tbody>
            {failures.map((failure) => (
              <Row failure={failure} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({
  failure: { jobId, queue, name, message, code, at },
  nowMs,
}: {
  failure: Failures[number];
  nowMs: number;
}) {
  const atMs = Date.parse(at);
  return (
    <tr>
      <td class="grow">
        <div class="cut">
          <a href={`/jobs/${queue}/${jobId}`}>{name}</a>
          {code !== undefined && <span class="args mono">{code}</span>}
        </div>
        <small class="cut c s-fail" title={message}>
          {message}
        </small>
      </td>
      <td class="num">
        <Time ms={atMs}>{`${roughly(nowMs - atMs)} ago`}</Time>
      </td>
    </tr>
  );
}
