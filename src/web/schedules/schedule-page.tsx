import type { ScheduleRun, ScheduleView } from '../../contract/schedules/schedule.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { JOB_LOOKS, State } from '../parts/state.tsx';
import { clockOrDay, exact, Time, zoneWord } from '../parts/time.tsx';
import { duration, roughly } from '../parts/words.ts';
import { missedInWords, overlapInWords, timesInWords } from './schedule-words.ts';
import { Next } from './schedules-page.tsx';

export type ScheduleDetail = {
  readonly schedule: ScheduleView;
  readonly nextRuns: readonly string[];
  readonly runs: readonly ScheduleRun[];
};

/** One schedule: when it runs, what it does, and how its last runs went. */
export async function renderSchedule(view: View, { schedule, nextRuns, runs }: ScheduleDetail): Promise<string> {
  return await renderPage(view, {
    title: schedule.name,
    section: 'schedules',
    children: (
      <>
        <Head view={view} schedule={schedule} />
        <div class="cols half">
          <Terms schedule={schedule} nowMs={view.nowMs} />
          <NextRuns nextRuns={nextRuns} nowMs={view.nowMs} paused={schedule.paused !== undefined} />
        </div>
        <section class="sec">
          <h2>
            Last runs <small>the newest first</small>
          </h2>
          {runs.length === 0 ? (
            <p class="small mute">It has not run yet.</p>
          ) : (
            <Runs runs={runs} queue={schedule.queue} view={view} />
          )}
        </section>
      </>
    ),
  });
}

function Head({ view, schedule }: { view: View; schedule: ScheduleView }) {
  const { name, description, paused, state } = schedule;
  const href = `/schedules/${name}`;
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        <span class="mute">{description}</span>
        {mayOperate(view) && state !== 'removed' && (
          <div class="acts">
            <a class="btn" href={`${href}/edit`}>
              Edit
            </a>
            <a class="btn" href={`${href}/backfill`}>
              Backfill
            </a>
            <a class="btn" href={`${href}/run`}>
              Run now
            </a>
            <a class="btn pri" href={`${href}/${paused === undefined ? 'pause' : 'resume'}`}>
              {paused === undefined ? 'Pause' : 'Resume'}
            </a>
          </div>
        )}
      </div>
      {paused !== undefined && (
        <p class="pager note s-pause">
          <Icon name="pause" />
          <span>
            {`Paused by ${paused.by} since ${clockOrDay(Date.parse(paused.at), view.nowMs)} ${zoneWord(Date.parse(paused.at))}${paused.reason === undefined ? '.' : `: “${paused.reason}”`}`}
          </span>
        </p>
      )}
      {state === 'removed' && <p class="pager">This version declares it no longer; it does not run.</p>}
    </>
  );
}

function Terms({ schedule, nowMs }: { schedule: ScheduleView; nowMs: number }) {
  const { cron, timeZone, job, queue, jitterSeconds, changed } = schedule;
  const mark = (term: string) => changed.includes(term) && <span class="tag">changed</span>;
  return (
    <section class="sec">
      <h2>What and when</h2>
      <dl class="facts">
        <dt>Runs</dt>
        <dd>
          {timesInWords(schedule)} {mark('cron')}
        </dd>
        <dt>Expression</dt>
        <dd>
          <code>{cron}</code>
        </dd>
        <dt>Time zone</dt>
        <dd>
          {timeZone} {mark('timeZone')}
        </dd>
        <dt>Job</dt>
        <dd>
          <a href={`/jobs?q=name:${job}`}>{job}</a>
          {' in '}
          <a href={`/queues/${queue}`}>{queue}</a>
        </dd>
        <dt>If one still runs</dt>
        <dd>
          {overlapInWords(schedule)} {mark('overlap')}
        </dd>
        <dt>If nobody was there</dt>
        <dd>
          {missedInWords(schedule)} {mark('missed')}
        </dd>
        {jitterSeconds > 0 && (
          <>
            <dt>Spread</dt>
            <dd>
              {`starts up to ${duration(jitterSeconds * 1000)} later`} {mark('jitterSeconds')}
            </dd>
          </>
        )}
        <dt>Next</dt>
        <dd>
          <Next schedule={schedule} nowMs={nowMs} />
        </dd>
      </dl>
    </section>
  );
}

type NextProps = { nextRuns: readonly string[]; nowMs: number; paused?: boolean };

export function NextRuns({ nextRuns, nowMs, paused = false }: NextProps) {
  return (
    <section class="sec">
      <h2>Next runs {paused && <small>if it were resumed now</small>}</h2>
      {nextRuns.length === 0 ? (
        <p class="small mute">None within 40 years.</p>
      ) : (
        <ol class="nexts">
          {nextRuns.map((at) => {
            const ms = Date.parse(at);
            return (
              <li>
                <time datetime={at}>{exact(ms)}</time> <span class="mute small">{`in ${roughly(ms - nowMs)}`}</span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

const ENDS = {
  fired: 'fired',
  replaced: 'replaced by the next',
  skipped_overlap: 'left out: the one before still ran',
  missed: 'missed',
} as const;

const RUNS_LISTED = 20;

function Runs({ runs, queue, view: { nowMs } }: { runs: readonly ScheduleRun[]; queue: string; view: View }) {
  return (
    <table class="flat stack">
      <caption class="sr">The last runs, the newest first</caption>
      <thead>
        <tr>
          <th scope="col" class="grow">
            For
          </th>
          <th scope="col">Run</th>
          <th scope="col">Job</th>
          <th scope="col" class="p2">
            By
          </th>
          <th scope="col" class="num">
            Fired
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.slice(0, RUNS_LISTED).map(({ fireTime, outcome, jobId, jobState, trigger, firedAt }) => {
          const [forMs, firedMs] = [Date.parse(fireTime), Date.parse(firedAt)];
          return (
            <tr>
              <td class="grow">
                {jobId === undefined ? (
                  <Time ms={forMs}>{clockOrDay(forMs, nowMs)}</Time>
                ) : (
                  <a href={`/jobs/${queue}/${jobId}`}>
                    <Time ms={forMs}>{clockOrDay(forMs, nowMs)}</Time>
                  </a>
                )}
              </td>
              <td class={outcome === 'missed' ? 'c s-fail' : 'mute'}>{ENDS[outcome]}</td>
              <td>
                {jobState === undefined ? (
                  <span class="mute">{jobId === undefined ? '' : 'gone'}</span>
                ) : (
                  <State look={JOB_LOOKS[jobState === 'created' ? 'ready' : jobState]} />
                )}
              </td>
              <td class="p2 mute" data-l="by">
                {trigger === 'clock' ? 'clock' : 'hand'}
              </td>
              <td class="num">
                <Time ms={firedMs}>{`${roughly(nowMs - firedMs)} ago`}</Time>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
