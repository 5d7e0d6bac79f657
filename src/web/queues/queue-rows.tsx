import type { QueueView } from '../../contract/queue-view.ts';
import { Icon } from '../parts/icon.tsx';
import { Spark } from '../parts/spark.tsx';
import { duration, plural, thousands } from '../parts/words.ts';
import { failRate, noteOf } from './queue-notes.ts';

type RowsProps = { readonly queues: readonly QueueView[]; readonly nowMs: number; readonly mayAct: boolean };

/** A row each, and below it a sentence where there is something to say. */
export function QueueRows({ queues, nowMs, mayAct }: RowsProps) {
  return (
    <tbody>
      {queues.map((queue) => {
        const note = noteOf(queue, nowMs);
        return (
          <>
            <Row queue={queue} noted={note !== undefined} mayAct={mayAct} />
            {note !== undefined && (
              <tr class="sub">
                <td colspan={11}>
                  <p class={`note s-${note.tone}`}>
                    <Icon name={note.icon} />
                    <span>{note.text}</span>
                  </p>
                </td>
              </tr>
            )}
          </>
        );
      })}
    </tbody>
  );
}

function Row({ queue, noted, mayAct }: { queue: QueueView; noted: boolean; mayAct: boolean }) {
  const { name, weight, active, slots, workers } = queue;
  return (
    <tr class={noted ? 'pre' : undefined}>
      <th scope="row" class="grow">
        <div class="cut">
          <a class="nm" href={`/queues/${name}`}>
            {name}
          </a>{' '}
          <span class="mute small">{`weight ${weight}`}</span>
        </div>
      </th>
      <td class="num" data-l="ready">
        <Count queue={name} state="ready" count={queue.ready} />
      </td>
      <td class="num" data-l="running">
        <Count queue={name} state="active" count={active} />
        {slots > 0 && <span class="mute">{`/${thousands(slots)}`}</span>}
      </td>
      <td class="num p2" data-l="delayed">
        <Count queue={name} state="waiting" count={queue.waiting + queue.retry} />
      </td>
      <td class="num" data-l="oldest">
        <Oldest queue={queue} />
      </td>
      <td class="num p3" data-l="wait p95">
        <Took ms={queue.waitP95Ms} />
      </td>
      <td class="num p3" data-l="run p95">
        <Took ms={queue.runP95Ms} />
      </td>
      <td class="p2" data-l="finished, 1 h">
        <Spark values={queue.perMinute} label={sparkLabel(queue)} />
      </td>
      <td class="num" data-l="failing">
        <Failing queue={queue} />
      </td>
      <td class="num p2" data-l="workers">
        {workers === 0 ? <b class={queue.ready > 0 ? 'c s-fail' : 'mute'}>0</b> : workers}
      </td>
      <td class="last">
        <div class="acts">
          {mayAct && (
            <a
              class="btn"
              href={`/queues/${name}/${queue.paused === undefined ? 'pause' : 'resume'}`}
              aria-label={`${queue.paused === undefined ? 'Pause' : 'Resume'} ${name}`}
            >
              {queue.paused === undefined ? 'Pause' : 'Resume'}
            </a>
          )}
        </div>
      </td>
    </tr>
  );
}

function Count({ queue, state, count }: { queue: string; state: string; count: number }) {
  if (count === 0) return <span class="mute">0</span>;
  return <a href={`/jobs?q=queue:${queue}+state:${state}`}>{thousands(count)}</a>;
}

export function Oldest({ queue }: { queue: QueueView }) {
  const { oldestReadySeconds, workers, paused } = queue;
  if (oldestReadySeconds === null) return <span class="mute">–</span>;
  const text = duration(oldestReadySeconds * 1000);
  if (oldestReadySeconds < 60) return <>{text}</>;
  return <b class={`c s-${paused !== undefined ? 'pause' : workers === 0 ? 'fail' : 'retry'}`}>{text}</b>;
}

export function Took({ ms }: { ms: number | undefined }) {
  return ms === undefined ? <span class="mute">–</span> : <>{duration(ms)}</>;
}

export function Failing({ queue }: { queue: QueueView }) {
  const rate = failRate(queue);
  if (rate === undefined) return <span class="mute">–</span>;
  if (rate === 0) return <span class="mute">0 %</span>;
  const text = `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}\u00a0%`;
  return <a href={`/failures?queue=${queue.name}`}>{rate >= 5 ? <b class="c s-fail">{text}</b> : text}</a>;
}

function sparkLabel({ name, perMinute, completedHour }: QueueView): string {
  const most = Math.max(0, ...perMinute);
  return `${name}: ${plural(completedHour, 'attempt')} finished in the last hour, at most ${thousands(most)} a minute`;
}
