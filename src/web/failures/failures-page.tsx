import type { FailureKind, FailureList } from '../../contract/failure-view.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { PickAll, SelectableRows } from '../parts/selection.tsx';
import { Time } from '../parts/time.tsx';
import { plural, roughly, thousands } from '../parts/words.ts';
import { FailureRows, titleOf, WINDOWS } from './failure-rows.tsx';

export type FailureFilter = {
  readonly queue?: string | undefined;
  readonly name?: string | undefined;
  readonly muted: 'yes' | 'no';
};

const FRESH_MS = 3600_000;

/** What fails, by kind and time. */
export async function renderFailures(view: View, filter: FailureFilter, list: FailureList): Promise<string> {
  const { kinds, total, muted } = list;
  const narrowed = filter.queue !== undefined || filter.name !== undefined;
  return await renderPage(view, {
    title: 'Failures',
    section: 'failures',
    children: (
      <>
        <div class="head">
          <h1>Failures</h1>
          <span class="mute">{`${plural(total, 'kind')} in 7 days${muted === 0 ? '' : `, ${muted} muted`}`}</span>
          <div class="acts">
            {narrowed && (
              <a class="btn" href="/failures">
                All queues
              </a>
            )}
            {muted > 0 && (
              <a class="btn" href={hrefOf({ ...filter, muted: filter.muted === 'yes' ? 'no' : 'yes' })}>
                {filter.muted === 'yes' ? 'Hide muted' : 'Show muted'}
              </a>
            )}
          </div>
          <p>
            Failed attempts{filter.queue !== undefined && ` of ${filter.queue}`}, grouped by job, error code and message
            without its numbers and ids. Each number opens its jobs.
          </p>
        </div>
        <Fresh kinds={kinds} view={view} />
        {kinds.length === 0 ? <Nothing filter={filter} muted={muted} /> : <Table view={view} kinds={kinds} />}
      </>
    ),
  });
}

function hrefOf({ queue, name, muted }: FailureFilter): string {
  const query = new URLSearchParams();
  if (queue !== undefined) query.set('queue', queue);
  if (name !== undefined) query.set('name', name);
  if (muted === 'yes') query.set('muted', 'yes');
  const text = query.toString();
  return text === '' ? '/failures' : `/failures?${text}`;
}

/** The newest kind of all, while it is new: what somebody who has just deployed wants to see first. */
function Fresh({ kinds, view: { nowMs } }: { kinds: readonly FailureKind[]; view: View }) {
  const kind = kinds
    .filter((each) => each.muted === undefined && nowMs - Date.parse(each.firstSeenAt) < FRESH_MS)
    .toSorted((a, b) => b.dead - a.dead || b.attempts['1h'] - a.attempts['1h'])[0];
  if (kind === undefined) return null;
  const firstMs = Date.parse(kind.firstSeenAt);
  const since = kind.firstVersion === undefined ? 'New' : `New with ${kind.firstVersion}`;
  return (
    <section class="sec why s-fail">
      <h2>
        {since}, <Time ms={firstMs}>{`${roughly(nowMs - firstMs)} ago`}</Time>
      </h2>
      <p>
        <b>{`${kind.name}: ${kind.message === '' ? titleOf(kind) : kind.message}`}</b>
        {` ${plural(kind.attempts['1h'], 'attempt')} failed within the hour; ${plural(kind.dead, 'job')} used up every attempt or may not be tried again.`}
      </p>
      <div class="acts">
        <a class="btn" href={`/failures/${kind.fingerprint}`}>
          {`Its ${plural(kind.attempts['7d'], 'attempt')}`}
        </a>
      </div>
    </section>
  );
}

function Table({ view, kinds }: { view: View; kinds: readonly FailureKind[] }) {
  const mayAct = mayOperate(view);
  const table = (
    <table class="stick stack tri heat">
      <caption class="sr">Failures by kind and time</caption>
      <thead>
        <tr>
          {mayAct && <PickAll rows={kinds.length} />}
          <th scope="col" class="grow">
            Error
          </th>
          {WINDOWS.map((within) => (
            <th scope="col" class="num">
              {within.replace(/(\d+)/, '$1 ')}
            </th>
          ))}
          <th scope="col" class="p3">
            24 h
          </th>
          <th scope="col" class="p2">
            First seen
          </th>
          <th scope="col">Last seen</th>
        </tr>
      </thead>
      <FailureRows kinds={kinds} nowMs={view.nowMs} mayAct={mayAct} />
    </table>
  );
  const buttons = (
    <>
      <button class="btn pri" name="do" value="retry">
        Retry
      </button>
      <button class="btn" name="do" value="mute">
        Mute
      </button>
      <button class="btn bad" name="do" value="discard">
        Discard
      </button>
    </>
  );
  return (
    <>
      {mayAct ? (
        <SelectableRows action="/failures/picked" what="failures" clear="/failures" buttons={buttons}>
          {table}
        </SelectableRows>
      ) : (
        table
      )}
      <p class="pager">
        {`${thousands(kinds.length)} shown, the most frequent first. `}
        The tint follows the number in its own column. A job counts once for each attempt that failed; 24 h and 7 d are
        in whole hours.
      </p>
    </>
  );
}

function Nothing({ filter, muted }: { filter: FailureFilter; muted: number }) {
  if (filter.queue !== undefined || filter.name !== undefined) {
    return (
      <Empty icon="failures" action={{ word: 'Show all failures', href: '/failures' }}>
        {`Nothing of ${filter.name ?? filter.queue ?? ''} failed in the last 7 days.`}
      </Empty>
    );
  }
  if (muted > 0) {
    return (
      <Empty icon="failures" action={{ word: 'Show muted', href: '/failures?muted=yes' }}>
        Everything that fails is muted.
      </Empty>
    );
  }
  return (
    <Empty icon="failures" action={{ word: 'Show all jobs', href: '/jobs' }}>
      No attempt failed in the last 7 days.
    </Empty>
  );
}
