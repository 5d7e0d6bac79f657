import type { WorkerView } from '../../contract/worker.ts';
import { Slots } from '../parts/slots.tsx';
import { WorkerState } from '../parts/state.tsx';

const SHOWN = 8;

/** Who works, with the slots that are taken. */
export function WorkersNow({ workers }: { workers: readonly WorkerView[] }) {
  const shown = workers.slice(0, SHOWN);
  return (
    <section class="sec">
      <div class="hd">
        <h2>Workers</h2>
        <a class="small mute" href="/workers">
          {workers.length > SHOWN ? `All ${workers.length}` : 'Details'}
        </a>
      </div>
      {workers.length === 0 ? (
        <p class="small mute">
          No worker has registered yet. Start one with <code>npm run worker</code>.
        </p>
      ) : (
        <table class="flat">
          <caption class="sr">Workers and their slots</caption>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">State</th>
              <th scope="col">Slots</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((worker) => (
              <tr>
                <td class="grow">
                  <div class="cut">
                    <a href={`/workers#${worker.id}`}>{worker.id}</a>
                  </div>
                </td>
                <td>
                  <WorkerState status={worker.status} />
                </td>
                <td>
                  <Slots worker={worker} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
