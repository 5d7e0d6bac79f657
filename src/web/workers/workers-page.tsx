import type { WorkerView } from '../../contract/worker.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { bytes, listed, roughly } from '../parts/words.ts';
import { ServedQueues } from './served-queues.tsx';
import { WorkerRows } from './worker-rows.tsx';

/** Everybody who works or did within the last day. */
export async function renderWorkers(view: View): Promise<string> {
  const { workers, overview } = view;
  return await renderPage(view, {
    title: 'Workers',
    section: 'workers',
    children: (
      <>
        <div class="head">
          <h1>Workers</h1>
        </div>
        {workers.length === 0 ? (
          <div class="empty">
            <Icon name="workers" />
            <p>
              No worker has registered yet. Start one with <code>npm run worker</code>; it needs{' '}
              <code>BACKEND_API_URL</code> and <code>WORKER_SERVICE_TOKEN</code>, and no database.
            </p>
          </div>
        ) : (
          <>
            <Stats view={view} />
            <Table view={view} />
            <p class="pager">
              A worker is offline after 90 s without a heartbeat; its jobs go back when their leases end, after seconds.
              Draining takes no new job.
            </p>
            <div class="cols">
              <ServedQueues workers={workers} queues={overview.queues} />
            </div>
          </>
        )}
      </>
    ),
  });
}

function Stats({ view: { workers, nowMs } }: { view: View }) {
  const online = workers.filter((worker) => worker.status !== 'offline');
  const sum = (of: (worker: WorkerView) => number) => online.reduce((all, worker) => all + of(worker), 0);
  const slots = sum((worker) => worker.concurrency);
  const busy = sum((worker) => worker.running.length);
  const memory = sum((worker) => worker.usage.rssBytes ?? 0);
  const slowest = Math.max(0, ...online.map((worker) => nowMs - Date.parse(worker.lastSeenAt)));
  const versions = [...new Set(online.map((worker) => worker.version))].sort();
  const all = online.length === workers.length;
  return (
    <dl class="stats">
      <div>
        <dt>Online</dt>
        <dd class={all ? undefined : 'c s-warn'}>
          {online.length} <small>of {workers.length}</small>
        </dd>
      </div>
      <div>
        <dt>Slots busy</dt>
        <dd>
          {busy} <small>of {slots}</small>
        </dd>
      </div>
      <div>
        <dt>Memory</dt>
        <dd>{memory === 0 ? '–' : bytes(memory)}</dd>
      </div>
      <div>
        <dt>Slowest beat</dt>
        <dd>{online.length === 0 ? '–' : `${roughly(slowest)} ago`}</dd>
      </div>
      <div>
        <dt>{versions.length === 1 ? 'Version' : 'Versions'}</dt>
        <dd>{versions.length === 0 ? '–' : listed(versions)}</dd>
      </div>
    </dl>
  );
}

function Table({ view }: { view: View }) {
  return (
    <table class="stick stack tri">
      <caption class="sr">Workers</caption>
      <thead>
        <tr>
          <th scope="col" class="grow">
            Worker
          </th>
          <th scope="col">State</th>
          <th scope="col">Slots</th>
          <th scope="col" class="p3">
            Runs now
          </th>
          <th scope="col" class="num p2">
            Memory, CPU
          </th>
          <th scope="col" class="num">
            Last beat
          </th>
          <th scope="col">
            <span class="sr">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        <WorkerRows workers={view.workers} nowMs={view.nowMs} mayAct={mayOperate(view)} />
      </tbody>
    </table>
  );
}
