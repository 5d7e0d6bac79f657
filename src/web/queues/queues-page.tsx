import type { QueueView } from '../../contract/queue-view.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { duration, plural, thousands } from '../parts/words.ts';
import { finishing, isInUse } from './queue-notes.ts';
import { QueueRows } from './queue-rows.tsx';

/** Every queue: what waits, who serves it, how quickly, and what fails. */
export async function renderQueues(view: View, queues: readonly QueueView[]): Promise<string> {
  const used = queues.filter(isInUse).toSorted(byTrouble);
  const idle = queues.filter((queue) => !isInUse(queue));
  return await renderPage(view, {
    title: 'Queues',
    section: 'queues',
    children: (
      <>
        <div class="head">
          <h1>Queues</h1>
          <span class="mute">{`${used.length} of ${queues.length} in use`}</span>
        </div>
        <Stats queues={queues} />
        {used.length === 0 ? (
          <Empty icon="queues" action={{ word: 'Show all jobs', href: '/jobs' }}>
            No queue has work, and none had any in the last hour.
          </Empty>
        ) : (
          <>
            <table class="stick stack tri">
              <caption class="sr">Queues, the longest wait first</caption>
              <Head />
              <QueueRows queues={used} nowMs={view.nowMs} mayAct={mayOperate(view)} />
            </table>
            <p class="pager">
              Heavier queues are looked at more often. Waits and runs are of the last hour: 95 of 100 were not longer.
            </p>
          </>
        )}
        {idle.length > 0 && <Idle queues={idle} />}
      </>
    ),
  });
}

function byTrouble(a: QueueView, b: QueueView): number {
  const wait = (queue: QueueView) => queue.oldestReadySeconds ?? -1;
  const paused = (queue: QueueView) => (queue.paused === undefined ? 0 : 1);
  return paused(b) - paused(a) || wait(b) - wait(a) || b.completedHour - a.completedHour;
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col" class="grow">
          Queue
        </th>
        <th scope="col" class="num">
          Ready
        </th>
        <th scope="col" class="num">
          Running
        </th>
        <th scope="col" class="num p2">
          Delayed
        </th>
        <th scope="col" class="num">
          Oldest
        </th>
        <th scope="col" class="num p3">
          Wait p95
        </th>
        <th scope="col" class="num p3">
          Run p95
        </th>
        <th scope="col" class="p2">
          Finished, 1 h
        </th>
        <th scope="col" class="num">
          Failing
        </th>
        <th scope="col" class="num p2">
          Workers
        </th>
        <th scope="col">
          <span class="sr">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

function Stats({ queues }: { queues: readonly QueueView[] }) {
  const sum = (of: (queue: QueueView) => number) => queues.reduce((all, queue) => all + of(queue), 0);
  const paused = queues.filter((queue) => queue.paused !== undefined).length;
  const oldest = queues.reduce<QueueView | undefined>(
    (worst, queue) => ((queue.oldestReadySeconds ?? -1) > (worst?.oldestReadySeconds ?? -1) ? queue : worst),
    undefined,
  );
  return (
    <dl class="stats">
      <div>
        <dt>Ready</dt>
        <dd>{thousands(sum((queue) => queue.ready))}</dd>
      </div>
      <div>
        <dt>Running</dt>
        <dd>{thousands(sum((queue) => queue.active))}</dd>
      </div>
      <div>
        <dt>Finishing</dt>
        <dd>
          {thousands(sum(finishing))}
          <small>/min</small>
        </dd>
      </div>
      <div>
        <dt>Oldest ready</dt>
        <dd>
          {duration((oldest?.oldestReadySeconds ?? 0) * 1000)} {oldest !== undefined && <small>{oldest.name}</small>}
        </dd>
      </div>
      <div>
        <dt>Paused</dt>
        <dd class={paused === 0 ? undefined : 'c s-pause'}>{paused}</dd>
      </div>
    </dl>
  );
}

function Idle({ queues }: { queues: readonly QueueView[] }) {
  const unserved = queues.filter((queue) => queue.workers === 0).length;
  return (
    <section class="sec">
      <details>
        <summary>
          {`${plural(queues.length, 'queue')} without work in the last hour`}
          {unserved > 0 && <span class="mute">{`, ${unserved} of them without a worker`}</span>}
        </summary>
        <ul class="columns">
          {queues.map(({ name, workers }) => (
            <li>
              <a href={`/queues/${name}`}>{name}</a>{' '}
              <span class="mute small">{workers === 0 ? 'no worker' : plural(workers, 'worker')}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
