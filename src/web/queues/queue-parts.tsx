import type { MinuteBucket } from '../../contract/operator.ts';
import type { QueueDetail } from '../../contract/queue-view.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { WorkerState } from '../parts/state.tsx';
import { hourMinute } from '../parts/time.tsx';
import { thousands } from '../parts/words.ts';

const STRETCH = 10;

/** An hour by ten minutes. */
export function HourTable({ minutes }: { minutes: readonly MinuteBucket[] }) {
  const starts = minutes.flatMap((minute, index) => (index % STRETCH === 0 ? [{ index, at: minute.at }] : []));
  return (
    <table class="flat">
      <caption class="sr">Attempts that ended, by ten minutes</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
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
        {starts.map(({ index, at }) => {
          const part = minutes.slice(index, index + STRETCH);
          const sum = (series: 'completed' | 'retried' | 'failed') =>
            thousands(part.reduce((all, minute) => all + minute[series], 0));
          return (
            <tr>
              <th scope="row">{hourMinute(Date.parse(at))}</th>
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

export function ServedBy({ workers, queue }: { workers: readonly WorkerView[]; queue: string }) {
  return (
    <section class="sec">
      <h2>Workers that serve it</h2>
      {workers.length === 0 ? (
        <p class="small mute">
          None is online. A worker serves the queues that <code>WORKER_QUEUES</code> names.
        </p>
      ) : (
        <table class="flat">
          <caption class="sr">{`Workers that serve ${queue}`}</caption>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">State</th>
              <th scope="col" class="num">
                Runs here
              </th>
              <th scope="col" class="num">
                Slots
              </th>
            </tr>
          </thead>
          <tbody>
            {workers.map(({ id, status, running, concurrency }) => (
              <tr>
                <td class="grow">
                  <div class="cut">
                    <a href={`/workers#${id}`}>{id}</a>
                  </div>
                </td>
                <td>
                  <WorkerState status={status} />
                </td>
                <td class="num">{running.filter((job) => job.queue === queue).length}</td>
                <td class="num">{concurrency}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function FailingKinds({ kinds, queue }: { kinds: QueueDetail['failing']; queue: string }) {
  return (
    <section class="sec">
      <div class="hd">
        <h2>
          What fails <small>last 24 hours</small>
        </h2>
        <a class="small mute" href={`/failures?queue=${queue}`}>
          All failures of this queue
        </a>
      </div>
      {kinds.length === 0 ? (
        <p class="small mute">No attempt failed.</p>
      ) : (
        <table class="flat">
          <caption class="sr">{`Kinds of failure in ${queue}`}</caption>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col" class="num">
                Attempts
              </th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(({ fingerprint, name, message, attempts }) => (
              <tr>
                <td class="grow">
                  <div class="cut">
                    <a href={`/failures/${fingerprint}`}>{name}</a>
                    <span class="err">{message}</span>
                  </div>
                </td>
                <td class="num">{thousands(attempts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
