import type { QueueCounts } from '../../contract/operator.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { duration, plural, thousands } from '../parts/words.ts';

const SHOWN = 10;

/** Queues that hold work or had some, the longest wait first; the empty ones are counted below. */
export function QueueTable({ queues, workers }: { queues: readonly QueueCounts[]; workers: readonly WorkerView[] }) {
  const used = queues.filter((queue) => pending(queue) + queue.completed + queue.failed + queue.cancelled > 0);
  const sorted = used.toSorted((a, b) => wait(b) - wait(a) || pending(b) - pending(a) || b.completed - a.completed);
  const served = new Set(workers.filter((each) => each.status !== 'offline').flatMap((each) => each.queues));
  const shown = sorted.slice(0, SHOWN);
  return (
    <section class="sec">
      <div class="hd">
        <h2>Queues</h2>
        <span class="small mute">{`${used.length} of ${queues.length} in use`}</span>
      </div>
      {shown.length === 0 ? (
        <p class="small mute">No queue has had a job yet.</p>
      ) : (
        <table class="flat">
          <caption class="sr">Queues, the longest wait first</caption>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" class="num">
                Ready
              </th>
              <th scope="col" class="num">
                Running
              </th>
              <th scope="col" class="num p2">
                Waiting
              </th>
              <th scope="col" class="num p2">
                Retrying
              </th>
              <th scope="col" class="num">
                Oldest
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((queue) => (
              <Row queue={queue} served={served.has(queue.name)} />
            ))}
          </tbody>
        </table>
      )}
      {sorted.length > SHOWN && (
        <p class="small mute">{`${plural(sorted.length - SHOWN, 'more queue')} with less to do`}</p>
      )}
    </section>
  );
}

function Row({ queue, served }: { queue: QueueCounts; served: boolean }) {
  const { name, ready, active, waiting, retry, oldestReadySeconds } = queue;
  const tone = wait(queue) >= 60 ? (served ? 's-retry' : 's-fail') : undefined;
  const link = (count: number, state: string) =>
    count === 0 ? <span class="mute">0</span> : <a href={`/jobs?q=queue:${name}+state:${state}`}>{thousands(count)}</a>;
  return (
    <tr>
      <td class="grow">
        <div class="cut">
          <a href={`/jobs?q=queue:${name}`}>{name}</a>
          {!served && <span class="args">no worker</span>}
        </div>
      </td>
      <td class="num">{link(ready, 'ready')}</td>
      <td class="num">{link(active, 'active')}</td>
      <td class="num p2">{link(waiting, 'waiting')}</td>
      <td class="num p2">{link(retry, 'retry')}</td>
      <td class={tone === undefined ? 'num' : `num c ${tone}`}>
        {oldestReadySeconds === null ? (
          <span class="mute">–</span>
        ) : tone === undefined ? (
          duration(oldestReadySeconds * 1000)
        ) : (
          <b>{duration(oldestReadySeconds * 1000)}</b>
        )}
      </td>
    </tr>
  );
}

function pending({ ready, active, waiting, retry }: QueueCounts): number {
  return ready + active + waiting + retry;
}

function wait({ oldestReadySeconds }: QueueCounts): number {
  return oldestReadySeconds ?? -1;
}
