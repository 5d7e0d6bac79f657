import type { QueueCounts } from '../../contract/operator.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { listed, plural, thousands } from '../parts/words.ts';

/** Which queues are served by how many slots: those that differ, and those with something to do. */
export function ServedQueues({ workers, queues }: { workers: readonly WorkerView[]; queues: readonly QueueCounts[] }) {
  const online = workers.filter((worker) => worker.status !== 'offline');
  const rows = queues.map((queue) => {
    const serving = online.filter((worker) => worker.queues.includes(queue.name));
    const draining = serving.filter((worker) => worker.status === 'draining').length;
    const slots = serving.reduce((sum, worker) => sum + worker.concurrency, 0);
    const running = serving.flatMap((worker) => worker.running).filter((job) => job.queue === queue.name).length;
    return { queue, serving: serving.length, draining, slots, running };
  });
  const shown = rows.filter(({ queue }) => queue.ready + queue.retry + queue.active > 0);
  const unserved = rows.filter(({ queue, serving }) => serving === 0 && !shown.some((row) => row.queue === queue));
  const other = shown.length === 0 ? '' : 'other ';
  const rest = rows.length - shown.length - unserved.length;
  return (
    <section class="sec">
      <h2>
        Who serves which queue <small>queues with work</small>
      </h2>
      {shown.length > 0 && (
        <table class="flat">
          <caption class="sr">Queues and the slots that serve them</caption>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" class="num">
                Ready
              </th>
              <th scope="col" class="num">
                Workers
              </th>
              <th scope="col" class="num">
                Running here
              </th>
              <th scope="col" class="num">
                Slots
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ queue, serving, draining, slots, running }) => (
              <tr>
                <td class="grow">
                  <a class="nm" href={`/jobs?q=queue:${queue.name}`}>
                    {queue.name}
                  </a>
                </td>
                <td class="num">{thousands(queue.ready)}</td>
                <td class="num">
                  {serving === 0 ? <b class={queue.ready > 0 ? 'c s-fail' : 'mute'}>0</b> : serving}
                  {draining > 0 && `, ${plural(draining, 'drains', 'drain')}`}
                </td>
                <td class="num">{running}</td>
                <td class="num">{slots}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length === 0 && <p class="small mute">No queue has work now.</p>}
      {rest > 0 && (
        <p class="small mute">{`${plural(rest, `${other}queue is`, `${other}queues are`)} served and idle.`}</p>
      )}
      {unserved.length > 0 && (
        <details>
          <summary class="small mute">
            {`${plural(unserved.length, 'other queue has', 'other queues have')} no worker, and nothing due`}
          </summary>
          <p class="small mute">{listed(unserved.map(({ queue }) => queue.name))}</p>
        </details>
      )}
    </section>
  );
}
