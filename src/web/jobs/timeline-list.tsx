import { Icon } from '../parts/icon.tsx';
import { clockOrDay, exact } from '../parts/time.tsx';
import type { TimelineEvent } from './timeline.ts';

/** The events of a job's life, one below the other; a dashed line was spent waiting. */
export function Timeline({ events, nowMs }: { events: readonly TimelineEvent[]; nowMs: number }) {
  return (
    <ol class="line">
      {events.map(({ atMs, tone, icon, what, more, waits = false, isNow = false }) => (
        <li class={`s-${tone}${waits ? ' dash' : ''}`}>
          {isNow ? (
            <time>now</time>
          ) : (
            <time datetime={new Date(atMs).toISOString()} title={exact(atMs)}>
              {clockOrDay(atMs, nowMs)}
              <span class="p2">.{String(new Date(atMs).getUTCMilliseconds()).padStart(3, '0')}</span>
            </time>
          )}
          <Icon name={icon} />
          <div>
            <b>{what}</b> <span class="mute">{more}</span>
          </div>
        </li>
      ))}
    </ol>
  );
}
