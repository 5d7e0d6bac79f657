import type { ScheduleListed } from '../../contract/schedules/schedule.ts';
import { Time } from '../parts/time.tsx';
import { duration, plural, roughly } from '../parts/words.ts';

const DAY_MS = 86_400_000;

/** What runs by the clock: the next run, and whether one was missed. */
export function SchedulesNow({ schedules, nowMs }: { schedules: readonly ScheduleListed[]; nowMs: number }) {
  const active = schedules.filter((schedule) => schedule.state === 'active');
  const paused = schedules.filter((schedule) => schedule.state === 'paused');
  const next = active
    .flatMap(({ name, nextRunAt }) => (nextRunAt === undefined ? [] : [{ name, ms: Date.parse(nextRunAt) }]))
    .sort((a, b) => a.ms - b.ms)[0];
  const missed = active.flatMap(({ name, lastRun }) =>
    lastRun?.outcome === 'missed' && nowMs - Date.parse(lastRun.fireTime) < DAY_MS
      ? [{ name, ms: Date.parse(lastRun.fireTime) }]
      : [],
  );
  return (
    <section class="sec">
      <div class="hd">
        <h2>Schedules</h2>
        <a class="small mute" href="/schedules">
          {plural(schedules.length, 'schedule')}
        </a>
      </div>
      <dl class="facts">
        <dt>Next</dt>
        <dd>
          {next === undefined ? (
            'none is due'
          ) : (
            <>
              <a href={`/schedules/${next.name}`}>{next.name}</a>{' '}
              <Time ms={next.ms}>{next.ms > nowMs ? `in ${duration(next.ms - nowMs)}` : 'now'}</Time>
            </>
          )}
        </dd>
        <dt>Missed, 24 h</dt>
        <dd class={missed.length > 0 ? 'c s-warn' : undefined}>
          {missed.length === 0
            ? 'none'
            : missed.slice(0, 3).map(({ name, ms }) => (
                <>
                  {name} <Time ms={ms}>{`${roughly(nowMs - ms)} ago`}</Time>{' '}
                </>
              ))}
        </dd>
        <dt>Paused</dt>
        <dd>{paused.length === 0 ? 'none' : plural(paused.length, 'schedule')}</dd>
      </dl>
    </section>
  );
}
