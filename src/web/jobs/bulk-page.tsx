import type { Child } from 'hono/jsx';
import type { BulkAction, BulkPreview } from '../../contract/job-bulk.ts';
import { QUEUES } from '../../contract/queues.ts';
import type { Confirmation } from '../frame/confirm-page.tsx';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { Time } from '../parts/time.tsx';
import { duration, plural, roughly, thousands } from '../parts/words.ts';
import { verbLook, VERBS, type VerbLook } from './bulk-verbs.ts';
import { countText } from './filter-rail.tsx';
import { hrefOf, jobsHref } from './search.ts';

/** Which jobs are meant: those that a search finds, or those that were picked. */
export type Meant = { readonly q: string; readonly jobs: readonly string[] };

/** What would be done, to how many and which, and the form that does it. */
export function bulkQuestion(look: VerbLook, meant: Meant, preview: BulkPreview, fault?: string): Confirmation {
  const { matched, more, kinds } = preview;
  const count = countText(matched, more);
  const named = meant.jobs.length > 0;
  return {
    title: `${look.word} ${matched === 1 ? '1 job' : `${count} jobs`}?`,
    section: 'jobs',
    what: (
      <>
        {named
          ? matched < meant.jobs.length && `Of ${plural(meant.jobs.length, 'picked job')}, ${matched} are ${look.to}. `
          : meant.q === ''
            ? `These are all jobs that are ${look.to}. `
            : `They match ${meant.q} and are ${look.to}. `}
        {look.means}
      </>
    ),
    more: <Kinds kinds={kinds} matched={matched} more={more} />,
    action: '/jobs/bulk/run',
    hidden: [['verb', look.verb], ...meantFields(meant)],
    choice: look.verb === 'move' ? <QueueField /> : look.verb === 'priority' ? <PriorityField /> : undefined,
    verb: `${look.word} ${matched === 1 ? '1 job' : `${count} jobs`}`,
    danger: look.verb === 'delete' || look.verb === 'cancel',
    reason: 'needed',
    keep: { word: 'Keep them as they are', href: jobsHref(meant.q) },
    ...(fault === undefined ? {} : { fault }),
  };
}

function meantFields({ q, jobs }: Meant): (readonly [string, string])[] {
  return jobs.length > 0 ? jobs.map((job) => ['job', job]) : [['q', q]];
}

function Kinds({ kinds, matched, more }: BulkPreview): Child {
  if (kinds.length === 0) return null;
  const shown = kinds.reduce((sum, { count }) => sum + count, 0);
  return (
    <table class="flat">
      <caption class="sr">Which jobs</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col" class="grow">
            Last error
          </th>
          <th scope="col" class="num">
            Jobs
          </th>
        </tr>
      </thead>
      <tbody>
        {kinds.map(({ name, state, error = '', count }) => (
          <tr>
            <td>
              <b>{name}</b>
            </td>
            <td>{state}</td>
            <td class="grow">
              <div class="cut mono" title={error}>
                {error}
              </div>
            </td>
            <td class="num">{thousands(count)}</td>
          </tr>
        ))}
        {(shown < matched || more) && (
          <tr>
            <td colspan={3} class="mute">
              others
            </td>
            <td class="num">{countText(matched - shown, more)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function QueueField() {
  return (
    <div class="field">
      <label for="to">To queue</label>
      <select id="to" name="to" required>
        <option value="">Choose one</option>
        {QUEUES.map(({ name }) => (
          <option value={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

function PriorityField() {
  return (
    <div class="field">
      <label for="priority">Priority</label>
      <input id="priority" name="priority" type="number" value="0" step="1" required />
      <small>0 is usual; higher is claimed first.</small>
    </div>
  );
}

/** Which of the deeds it shall be, for all that match. */
export async function renderChooseVerb(view: View, q: string): Promise<string> {
  return await renderPage(view, {
    title: 'Act on all that match',
    section: 'jobs',
    live: false,
    children: (
      <section class="confirm" aria-labelledby="choose">
        <h1 id="choose">What shall be done to all that match?</h1>
        <p>{q === '' ? 'All jobs are meant.' : <code>{q}</code>} The next page counts them first.</p>
        <dl class="facts gap">
          {VERBS.map(({ verb, word, to, look }) => (
            <>
              <dt>
                <a class={look === undefined ? 'btn' : `btn ${look}`} href={hrefOf('/jobs/bulk', { verb, q })}>
                  {word}…
                </a>
              </dt>
              <dd>what is {to}</dd>
            </>
          ))}
        </dl>
        <a class="btn" href={jobsHref(q)}>
          Back to the list
        </a>
      </section>
    ),
  });
}

/** How far it is. The page keeps itself fresh; it can be left, and the action goes on. */
export async function renderBulk(view: View, action: BulkAction): Promise<string> {
  const look = verbLook(action.verb);
  const handled = action.done + action.skipped;
  const share = action.state === 'done' ? 100 : Math.min(99, (handled / Math.max(1, action.expected)) * 100);
  const running = action.state === 'running';
  const title = running ? `${look?.word ?? action.verb}…` : `${thousands(action.done)} ${look?.past ?? 'changed'}`;
  const beganMs = Date.parse(action.createdAt);
  return await renderPage(view, {
    title,
    section: 'jobs',
    live: running,
    children: (
      <section class="confirm" aria-labelledby="bulk">
        <h1 id="bulk">
          {running
            ? `${thousands(handled)} of ${countText(action.expected, action.more)} done`
            : `${plural(action.done, 'job')} ${look?.past ?? 'changed'}`}
        </h1>
        <svg
          class="bar"
          viewBox="0 0 100 5"
          preserveAspectRatio="none"
          role="img"
          aria-label={`${Math.round(share)} percent done`}
        >
          <rect
            class={`f-c s-${action.state === 'stopped' ? 'off' : running ? 'run' : 'done'}`}
            width={share.toFixed(1)}
            height="5"
          />
        </svg>
        <p class="mute">
          {running && 'It goes on when you leave this page. '}
          {action.state === 'stopped' && 'It was stopped; what it has done stays done. '}
          {action.skipped > 0 && `${plural(action.skipped, 'job')} had moved on and stayed as they were. `}
        </p>
        <dl class="facts">
          <dt>Which</dt>
          <dd>{action.q === undefined ? 'picked by hand' : action.q === '' ? 'all jobs' : <code>{action.q}</code>}</dd>
          {action.to !== undefined && (
            <>
              <dt>To</dt>
              <dd>{action.to}</dd>
            </>
          )}
          <dt>Reason</dt>
          <dd>{action.reason}</dd>
          <dt>By</dt>
          <dd>
            {action.actor}, <Time ms={beganMs}>{`${roughly(view.nowMs - beganMs)} ago`}</Time>
            {action.finishedAt !== undefined && `, took ${duration(Date.parse(action.finishedAt) - beganMs)}`}
          </dd>
        </dl>
        <div class="acts">
          {running && mayOperate(view) && (
            <form method="post" action={`/jobs/bulk/${action.id}/stop`}>
              <button class="btn bad">
                <Icon name="x" />
                Stop
              </button>
            </form>
          )}
          <a class={running ? 'btn' : 'btn pri'} href={jobsHref(action.q ?? '')}>
            Back to the list
          </a>
        </div>
      </section>
    ),
  });
}
