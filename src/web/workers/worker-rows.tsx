import type { WorkerView } from '../../contract/worker.ts';
import { Icon } from '../parts/icon.tsx';
import { Slots } from '../parts/slots.tsx';
import { WorkerState } from '../parts/state.tsx';
import { clockOrDay, Time } from '../parts/time.tsx';
import { bytes, percent, plural, roughly } from '../parts/words.ts';

const RUNS_SHOWN = 2;
const QUEUES_SHOWN = 3;

type RowsProps = { workers: readonly WorkerView[]; nowMs: number; mayAct: boolean };

/** A row each, and below it a sentence when there is something to say of the worker. */
export function WorkerRows({ workers, nowMs, mayAct }: RowsProps) {
  const newest = workers
    .filter((worker) => worker.status !== 'offline')
    .map((worker) => worker.version)
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
  return (
    <>
      {workers.map((worker) => {
        const note = noteOf(worker, nowMs);
        return (
          <>
            <Row worker={worker} nowMs={nowMs} mayAct={mayAct} newest={newest} noted={note !== undefined} />
            {note !== undefined && (
              <tr class="sub">
                <td colspan={7} class="wrap">
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
    </>
  );
}

type RowProps = { worker: WorkerView; nowMs: number; mayAct: boolean; newest: string | undefined; noted: boolean };

function Row({ worker, nowMs, mayAct, newest, noted }: RowProps) {
  const { id, hostname, pid, version, labels, usage, status } = worker;
  const seenMs = Date.parse(worker.lastSeenAt);
  const offline = status === 'offline';
  return (
    <tr id={id} class={noted ? 'pre' : undefined}>
      <th scope="row" class="grow">
        <b class="nm">{id}</b> <span class="mute small">{`${hostname}, pid ${pid}`}</span>
        <small class="cut">
          {newest !== undefined && version !== newest && !offline ? (
            <span class="tag s-warn">
              <Icon name="warn" />
              {`${version}, others ${newest}`}
            </span>
          ) : (
            version
          )}{' '}
          · {queuesInWords(worker.queues)}{' '}
          {Object.entries(labels).map(([name, value]) => (
            <>
              <span class="tag">{`${name}=${value}`}</span>{' '}
            </>
          ))}
        </small>
      </th>
      <td>
        <WorkerState status={status} />
      </td>
      <td data-l="slots">
        <Slots worker={worker} />
      </td>
      <td class="p3" data-l="runs">
        <Runs worker={worker} />
      </td>
      <td class="num p2" data-l="memory, CPU">
        {offline || usage.rssBytes === undefined ? <span class="mute">–</span> : bytes(usage.rssBytes)}
        {!offline && usage.cpuPercent !== undefined && <small>{percent(usage.cpuPercent)}</small>}
      </td>
      <td class="num" data-l="beat">
        <Time ms={seenMs}>{`${roughly(nowMs - seenMs)} ago`}</Time>
        {!offline && usage.eventLoopLagMs !== undefined && (
          <small>{`lag ${Math.round(usage.eventLoopLagMs)} ms`}</small>
        )}
      </td>
      <td class="last">
        <div class="acts">{mayAct && <Action worker={worker} />}</div>
      </td>
    </tr>
  );
}

function Action({ worker: { id, status, directive } }: { worker: WorkerView }) {
  const at = (verb: string) => `/workers/${encodeURIComponent(id)}/${verb}`;
  if (status === 'offline') {
    return (
      <a class="btn bad" href={at('forget')} aria-label={`Forget ${id}`}>
        Forget
      </a>
    );
  }
  if (directive === 'stop') return null;
  return (
    <a class="btn" href={at('drain')}>
      {status === 'draining' ? 'Stop' : 'Drain'}
      <span class="sr"> {id}</span>
    </a>
  );
}

function Runs({ worker: { running } }: { worker: WorkerView }) {
  if (running.length === 0) return <span class="mute">nothing</span>;
  return (
    <small>
      {running.slice(0, RUNS_SHOWN).map((job) => (
        <>
          <a class="line24" href={`/jobs/${job.queue}/${job.jobId}`}>
            {job.name}
          </a>
          {job.percent !== undefined && ` ${percent(job.percent)}`}
          <br />
        </>
      ))}
      {running.length > RUNS_SHOWN && `${running.length - RUNS_SHOWN} more`}
    </small>
  );
}

function queuesInWords(queues: readonly string[]): string {
  if (queues.length > QUEUES_SHOWN) return plural(queues.length, 'queue');
  return queues.join(', ');
}

function noteOf(worker: WorkerView, nowMs: number) {
  const { status, directive, running } = worker;
  const seenMs = Date.parse(worker.lastSeenAt);
  if (status === 'offline') {
    const text = `Last beat ${clockOrDay(seenMs, nowMs)} UTC. What it ran went back to its queues.`;
    return { tone: 'fail', icon: 'fail', text } as const;
  }
  if (status !== 'draining') return undefined;
  const rest = running.length === 0 ? 'It runs nothing any more.' : `It still has ${plural(running.length, 'job')}.`;
  const text = directive === 'stop' ? `Asked to give back what runs and leave. ${rest}` : `Takes no new job. ${rest}`;
  return { tone: 'drain', icon: 'drain', text } as const;
}
