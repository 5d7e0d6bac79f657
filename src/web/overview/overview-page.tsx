import type { DatabaseHealth } from '../../contract/database-health.ts';
import type { FailureKind } from '../../contract/failure-view.ts';
import type { MinuteBucket, Overview } from '../../contract/operator.ts';
import type { ScheduleListed } from '../../contract/schedules/schedule.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { hourMinute } from '../parts/time.tsx';
import { thousands } from '../parts/words.ts';
import { DatabaseNow } from './database-now.tsx';
import type { Findings } from './find-problems.ts';
import { QueueTable } from './queue-table.tsx';
import { RecentFailures } from './recent-failures.tsx';
import { SchedulesNow } from './schedules-now.tsx';
import { ThroughputChart } from './throughput-chart.tsx';
import { TopFailures } from './top-failures.tsx';
import { Verdict } from './verdict.tsx';
import { WorkersNow } from './workers-now.tsx';

export type OverviewData = {
  readonly kinds: readonly FailureKind[];
  readonly database: DatabaseHealth;
  readonly schedules: readonly ScheduleListed[];
};

/** How things stand: a sentence first, then the numbers behind it. */
export async function renderOverview(view: View, findings: Findings, data: OverviewData): Promise<string> {
  const { kinds, database, schedules } = data;
  const { overview, workers, nowMs } = view;
  return await renderPage(view, {
    title: 'Overview',
    section: 'overview',
    children: (
      <>
        <Verdict view={view} findings={findings} />
        <div class="cols two">
          <Throughput minutes={overview.throughput} deploys={overview.deploys} />
          <WorkersNow workers={workers} />
        </div>
        <div class="cols half">
          <QueueTable queues={overview.queues} workers={workers} />
          <TopFailures kinds={kinds} nowMs={nowMs} />
        </div>
        <div class="cols three">
          <SchedulesNow schedules={schedules} nowMs={nowMs} />
          <DatabaseNow database={database} nowMs={nowMs} />
          <RecentFailures failures={overview.recentFailures} nowMs={nowMs} />
        </div>
      </>
    ),
  });
}

type ThroughputProps = { minutes: readonly MinuteBucket[]; deploys: Overview['deploys'] };

function Throughput({ minutes, deploys }: ThroughputProps) {
  const sum = (series: 'completed' | 'retried' | 'failed') =>
    thousands(minutes.reduce((all, minute) => all + minute[series], 0));
  const legend = [
    ['flow', 'completed', sum('completed')],
    ['retry', 'will retry', sum('retried')],
    ['fail', 'failed', sum('failed')],
  ] as const;
  return (
    <section class="sec">
      <div class="hd">
        <h2>
          Throughput <small>attempts a minute, last hour</small>
        </h2>
        <p class="legend">
          {legend.map(([tone, word, count]) => (
            <span class={`s-${tone}`}>
              <Icon name="sq" />
              {word} <b>{count}</b>
            </span>
          ))}
        </p>
      </div>
      <figure>
        <ThroughputChart minutes={minutes} {...(deploys === undefined ? {} : { deploys })} />
        <details>
          <summary class="small mute">The numbers as a table</summary>
          <TenMinutes minutes={minutes} />
        </details>
      </figure>
    </section>
  );
}

function TenMinutes({ minutes }: { minutes: readonly MinuteBucket[] }) {
  const starts = [0, 10, 20, 30, 40, 50];
  return (
    <table class="flat">
      <caption class="sr">Attempts that ended, by ten minutes</caption>
      <thead>
        <tr>
          <th scope="col">Minutes</th>
          <th scope="col" class="num">
            Completed
          </th>
          <th scope="col" class="num">
            Will retry
          </th>
          <th scope="col" class="num">
            Failed
          </th>
        </tr>
      </thead>
      <tbody>
        {starts.map((start) => {
          const part = minutes.slice(start, start + 10);
          const from = Date.parse(part[0]?.at ?? '');
          const sum = (series: 'completed' | 'retried' | 'failed') =>
            thousands(part.reduce((all, minute) => all + minute[series], 0));
          return (
            <tr>
              <th scope="row">{`${hourMinute(from)} to ${hourMinute(from + 600_000)}`}</th>
              <td class="num">{sum('completed')}</td>
              <td class="num">{sum('retried')}</td>
              <td class="num">{sum('failed')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
