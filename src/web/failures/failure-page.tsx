import type { FailedAttempt, FailureDetail, FailureKind, FailureWindow } from '../../contract/failure-view.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { Pager } from '../parts/pager.tsx';
import { SparkBars } from '../parts/spark.tsx';
import { JOB_LOOKS, State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { duration, plural, roughly, thousands } from '../parts/words.ts';
import { SinceVersion, titleOf, WINDOWS } from './failure-rows.tsx';

export type AttemptFilter = { readonly within: FailureWindow; readonly cursor?: string | undefined };

/** One kind of failure and the attempts of it. */
export async function renderFailure(view: View, filter: AttemptFilter, detail: FailureDetail): Promise<string> {
  const { kind, attempts, nextCursor } = detail;
  const here = `/failures/${kind.fingerprint}?within=${filter.within}`;
  return await renderPage(view, {
    title: titleOf(kind),
    section: 'failures',
    children: (
      <>
        <Head view={view} detail={detail} />
        <Facts kind={kind} nowMs={view.nowMs} />
        <nav class="views" aria-label="Time">
          {WINDOWS.map((within) => (
            <a
              href={`/failures/${kind.fingerprint}?within=${within}`}
              aria-current={within === filter.within ? 'true' : undefined}
            >
              {`${within.replace(/(\d+)/, '$1 ')}: ${thousands(kind.attempts[within])}`}
            </a>
          ))}
        </nav>
        {attempts.length === 0 ? (
          <Empty icon="failures" action={{ word: 'Show 7 days', href: `/failures/${kind.fingerprint}` }}>
            {`None of this kind failed within ${filter.within}.`}
          </Empty>
        ) : (
          <Attempts attempts={attempts} nowMs={view.nowMs} />
        )}
        <Pager
          newest={filter.cursor === undefined ? undefined : here}
          older={nextCursor === undefined ? undefined : `${here}&cursor=${encodeURIComponent(nextCursor)}`}
        >
          {`${plural(attempts.length, 'failed attempt')}, the newest first.`}
        </Pager>
      </>
    ),
  });
}

function Head({ view, detail: { kind, retryable } }: { view: View; detail: FailureDetail }) {
  const { fingerprint, name, message, muted } = kind;
  const deed = (word: string) => `/failures/${word}?kind=${fingerprint}`;
  return (
    <div class="head">
      <h1>{titleOf(kind)}</h1>
      <SinceVersion kind={kind} nowMs={view.nowMs} />
      {mayOperate(view) && (
        <div class="acts">
          <a class="btn" href={deed(muted === undefined ? 'mute' : 'unmute')}>
            {muted === undefined ? 'Mute' : 'Unmute'}
          </a>
          {retryable > 0 && (
            <>
              <a class="btn bad" href={deed('discard')}>
                Discard
              </a>
              <a class="btn pri" href={deed('retry')}>
                {`Retry ${plural(retryable, 'failed job')}${retryable >= 500 ? ' and more' : ''}`}
              </a>
            </>
          )}
        </div>
      )}
      <p>{message === '' ? `${name} failed without a message.` : `${name}: ${message}`}</p>
    </div>
  );
}

function Facts({ kind, nowMs }: { kind: FailureKind; nowMs: number }) {
  const [firstMs, lastMs] = [Date.parse(kind.firstSeenAt), Date.parse(kind.lastSeenAt)];
  return (
    <dl class="stats">
      <div>
        <dt>First seen</dt>
        <dd>
          <Time ms={firstMs}>{`${roughly(nowMs - firstMs)} ago`}</Time>
        </dd>
      </div>
      <div>
        <dt>Last seen</dt>
        <dd>
          <Time ms={lastMs}>{`${roughly(nowMs - lastMs)} ago`}</Time>
        </dd>
      </div>
      <div>
        <dt>Failed for good, 7 d</dt>
        <dd class={kind.dead === 0 ? undefined : 'c s-fail'}>{thousands(kind.dead)}</dd>
      </div>
      <div>
        <dt>Queue</dt>
        <dd>
          <a href={`/queues/${kind.queue}`}>{kind.queue}</a>
        </dd>
      </div>
      <div>
        <dt>By hour, last day</dt>
        <dd>
          <SparkBars values={kind.perHour} label={`Failed attempts by hour: ${kind.perHour.join(', ')}`} />
        </dd>
      </div>
    </dl>
  );
}

function Attempts({ attempts, nowMs }: { attempts: readonly FailedAttempt[]; nowMs: number }) {
  return (
    <table class="stick stack">
      <caption class="sr">Failed attempts of this kind, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Job now</th>
          <th scope="col" class="grow">
            Job and what it said
          </th>
          <th scope="col">Attempt</th>
          <th scope="col" class="p2">
            Worker
          </th>
          <th scope="col" class="num">
            Failed
          </th>
        </tr>
      </thead>
      <tbody>
        {attempts.map(({ queue, jobId, state, message, attempt, workerId, at, last }) => (
          <tr>
            <td>
              <Now state={state} />
            </td>
            <td class="grow">
              <div class="cut">
                <a class="mono" href={`/jobs/${queue}/${jobId}`}>
                  {jobId.slice(-12)}
                </a>
                <span class="err" title={message}>
                  {message}
                </span>
              </div>
            </td>
            <td data-l="attempt">
              <span class={last ? 'att last' : 'att'}>{attempt}</span>
            </td>
            <td class="p2 mute" data-l="worker">
              {workerId}
            </td>
            <td class="num" data-l="failed">
              <Time ms={Date.parse(at)}>{`${duration(nowMs - Date.parse(at))} ago`}</Time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Now({ state }: { state: string | undefined }) {
  switch (state) {
    case 'active':
    case 'retry':
    case 'completed':
    case 'cancelled':
    case 'failed':
      return <State look={JOB_LOOKS[state]} />;
    case 'created':
      return <State look={JOB_LOOKS.ready} />;
    default:
      return <span class="mute">gone</span>;
  }
}
