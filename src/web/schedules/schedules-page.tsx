import type { ScheduleListed } from '../../contract/schedules/schedule.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { clockOrDay, Time, zoneWord } from '../parts/time.tsx';
import { duration, roughly } from '../parts/words.ts';
import { RunStrip, StripKey } from './run-strip.tsx';
import { missedInWords, overlapInWords, timesInWords } from './schedule-words.ts';

/** What runs by the clock. */
export async function renderSchedules(
  view: View,
  list: { readonly enabled: boolean; readonly schedules: readonly ScheduleListed[] },
): Promise<string> {
  const schedules = list.schedules.filter((each) => each.state !== 'removed').toSorted(byNext);
  const paused = schedules.filter((each) => each.state === 'paused').length;
  return await renderPage(view, {
    title: 'Schedules',
    section: 'schedules',
    children: (
      <>
        <div class="head">
          <h1>Schedules</h1>
          <span class="mute">{`${schedules.length}${paused === 0 ? '' : `, ${paused} paused`}`}</span>
        </div>
        {!list.enabled && (
          <p class="pager note s-pause">
            <Icon name="pause" />
            <span>
              <code>SCHEDULES_ENABLED</code> is not true: every schedule is paused until somebody resumes it.
            </span>
          </p>
        )}
        {schedules.length === 0 ? (
          <Empty icon="schedules" action={{ word: 'Show all jobs', href: '/jobs' }}>
            No schedule is declared: a schedule is written beside its job.
          </Empty>
        ) : (
          <>
            <StripKey />
            <table class="stick stack tri">
              <caption class="sr">Schedules, the next to run first</caption>
              <Head />
              <tbody>
                {schedules.map((schedule) => (
                  <Row schedule={schedule} view={view} />
                ))}
              </tbody>
            </table>
          </>
        )}
      </>
    ),
  });
}

function byNext(a: ScheduleListed, b: ScheduleListed): number {
  return (a.nextRunAt ?? '9').localeCompare(b.nextRunAt ?? '9') || a.name.localeCompare(b.name);
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col" class="grow">
          Schedule
        </th>
        <th scope="col" class="p2">
          Last 60 runs
        </th>
        <th scope="col">Last</th>
        <th scope="col">Next</th>
        <th scope="col" class="p3">
          If one still runs
        </th>
        <th scope="col" class="p3">
          If nobody was there
        </th>
        <th scope="col">
          <span class="sr">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

function Row({ schedule, view }: { schedule: ScheduleListed; view: View }) {
  const { name, cron, paused, recent } = schedule;
  const { nowMs } = view;
  const byHand = paused !== undefined && paused.by !== 'configuration' ? paused : undefined;
  const href = `/schedules/${name}`;
  return (
    <>
      <tr class={byHand === undefined ? undefined : 'pre'}>
        <th scope="row" class="grow">
          <a class="nm" href={href}>
            {name}
          </a>
          <small class="cut">
            {`${timesInWords(schedule)} · `}
            <code class="mute">{cron}</code>
          </small>
        </th>
        <td class="p2" data-l="last 60 runs">
          <RunStrip runs={recent} />
        </td>
        <td data-l="last">
          <Last schedule={schedule} nowMs={nowMs} />
        </td>
        <td data-l="next">
          <Next schedule={schedule} nowMs={nowMs} />
        </td>
        <td class="p3 mute" data-l="if one still runs">
          {overlapInWords(schedule)}
        </td>
        <td class="p3 mute" data-l="if nobody was there">
          {missedInWords(schedule)}
        </td>
        <td class="last">
          <div class="acts">
            {mayOperate(view) && (
              <>
                <a class="btn" href={`${href}/run`} aria-label={`Run now: ${name}`}>
                  Run now
                </a>
                <a
                  class="btn"
                  href={`${href}/${paused === undefined ? 'pause' : 'resume'}`}
                  aria-label={`${paused === undefined ? 'Pause' : 'Resume'} ${name}`}
                >
                  {paused === undefined ? 'Pause' : 'Resume'}
                </a>
              </>
            )}
          </div>
        </td>
      </tr>
      {byHand !== undefined && (
        <tr class="sub">
          <td colspan={7}>
            <p class="note s-pause">
              <Icon name="pause" />
              <span>
                {`Paused by ${byHand.by} since ${clockOrDay(Date.parse(byHand.at), nowMs)} ${zoneWord(Date.parse(byHand.at))}${byHand.reason === undefined ? '.' : `: “${byHand.reason}”`}`}
              </span>
            </p>
          </td>
        </tr>
      )}
    </>
  );
}

function Last({ schedule: { lastRun, recent }, nowMs }: { schedule: ScheduleListed; nowMs: number }) {
  if (lastRun === undefined) return <span class="mute">never</span>;
  const ms = Date.parse(lastRun.fireTime);
  const trouble = recent.at(-1) === 'failed' || recent.at(-1) === 'missed';
  return (
    <>
      <Time ms={ms}>{`${roughly(nowMs - ms)} ago`}</Time>
      {trouble && <small class="c s-fail">{recent.at(-1)}</small>}
    </>
  );
}

export function Next({ schedule, nowMs }: { schedule: Pick<ScheduleListed, 'nextRunAt' | 'paused'>; nowMs: number }) {
  if (schedule.nextRunAt === undefined) {
    return (
      <span class={schedule.paused === undefined ? 'mute' : 'c s-pause'}>
        {schedule.paused === undefined ? 'never' : 'paused'}
      </span>
    );
  }
  const ms = Date.parse(schedule.nextRunAt);
  return <Time ms={ms}>{ms <= nowMs ? 'now' : `in ${duration(ms - nowMs)}`}</Time>;
}
