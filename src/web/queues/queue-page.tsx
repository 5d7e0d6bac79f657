import type { QueueDetail, QueueView } from '../../contract/queue-view.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { ThroughputChart } from '../overview/throughput-chart.tsx';
import { Histogram } from '../parts/histogram.tsx';
import { Icon } from '../parts/icon.tsx';
import { thousands } from '../parts/words.ts';
import { FailingKinds, HourTable, ServedBy } from './queue-parts.tsx';
import { noteOf } from './queue-notes.ts';
import { Failing, Oldest, Took } from './queue-rows.tsx';

/** One queue and its last hour. */
export async function renderQueue(view: View, detail: QueueDetail): Promise<string> {
  const { queue, minutes, waits, runs, failing } = detail;
  const serving = view.workers.filter(({ status, queues }) => status !== 'offline' && queues.includes(queue.name));
  return await renderPage(view, {
    title: queue.name,
    section: 'queues',
    children: (
      <>
        <Head queue={queue} view={view} />
        <Facts queue={queue} />
        <div class="cols two">
          <section class="sec">
            <h2>
              Throughput <small>attempts a minute, last hour</small>
            </h2>
            <figure>
              <ThroughputChart minutes={minutes} />
              <details>
                <summary class="small mute">The numbers as a table</summary>
                <HourTable minutes={minutes} />
              </details>
            </figure>
          </section>
          <ServedBy workers={serving} queue={queue.name} />
        </div>
        <div class="cols half">
          <section class="sec">
            <h2>
              Time to start <small>from due to claimed, last hour</small>
            </h2>
            {waits.length === 0 ? <Nothing /> : <Histogram classes={waits} title="Time to start" id="waits" />}
          </section>
          <section class="sec">
            <h2>
              Time to run <small>from claimed to settled, last hour</small>
            </h2>
            {runs.length === 0 ? <Nothing /> : <Histogram classes={runs} title="Time to run" id="runs" />}
          </section>
        </div>
        <FailingKinds kinds={failing} queue={queue.name} />
      </>
    ),
  });
}

function Nothing() {
  return <p class="small mute">No attempt ended in the last hour.</p>;
}

function Head({ queue, view }: { queue: QueueView; view: View }) {
  const { name, weight, paused } = queue;
  const note = noteOf(queue, view.nowMs);
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        <span class="mute">{`weight ${weight}`}</span>
        <div class="acts">
          <a class="btn" href={`/jobs?q=queue:${name}`}>
            Jobs
          </a>
          <a class="btn" href={`/dead?queue=${name}`}>
            Dead letters
          </a>
          {mayOperate(view) && (
            <>
              <a class="btn bad" href={`/queues/${name}/purge`}>
                Purge
              </a>
              <a class="btn pri" href={`/queues/${name}/${paused === undefined ? 'pause' : 'resume'}`}>
                {paused === undefined ? 'Pause' : 'Resume'}
              </a>
            </>
          )}
        </div>
      </div>
      {note !== undefined && (
        <p class={`pager note s-${note.tone}`}>
          <Icon name={note.icon} />
          <span>{note.text}</span>
        </p>
      )}
    </>
  );
}

function Facts({ queue }: { queue: QueueView }) {
  return (
    <dl class="stats">
      <div>
        <dt>Ready</dt>
        <dd>{thousands(queue.ready)}</dd>
      </div>
      <div>
        <dt>Running</dt>
        <dd>
          {thousands(queue.active)} <small>{`of ${thousands(queue.slots)} slots`}</small>
        </dd>
      </div>
      <div>
        <dt>Delayed</dt>
        <dd>{thousands(queue.waiting)}</dd>
      </div>
      <div>
        <dt>Retrying</dt>
        <dd>{thousands(queue.retry)}</dd>
      </div>
      <div>
        <dt>Oldest ready</dt>
        <dd>
          <Oldest queue={queue} />
        </dd>
      </div>
      <div>
        <dt>Wait p50, p95</dt>
        <dd>
          <Took ms={queue.waitP50Ms} />, <Took ms={queue.waitP95Ms} />
        </dd>
      </div>
      <div>
        <dt>Run p50, p95</dt>
        <dd>
          <Took ms={queue.runP50Ms} />, <Took ms={queue.runP95Ms} />
        </dd>
      </div>
      <div>
        <dt>Failing</dt>
        <dd>
          <Failing queue={queue} />
        </dd>
      </div>
    </dl>
  );
}
