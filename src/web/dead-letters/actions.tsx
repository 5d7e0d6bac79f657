import type { DeadDone } from '../../contract/dead-letter.ts';
import { discardDeadLetters, redriveDeadLetters } from '../../contract/routes/dead-letters.ts';
import { readConfirmed, renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readFields } from '../http/form.ts';
import { PageFault } from '../http/page-fault.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { duration, plural } from '../parts/words.ts';
import { fieldsOf, readDeadQuery } from './dead-filter.ts';
import { PaceField } from './redrive-form.tsx';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_PICKED = 200;
const A_CALL = 500;
const FASTEST = 6_000;

const DEEDS = [
  { verb: 'redrive', route: redriveDeadLetters },
  { verb: 'discard', route: discardDeadLetters },
] as const;
type Deed = (typeof DEEDS)[number];

type Choice = {
  readonly picked?: string[];
  readonly filter?: ReturnType<typeof readDeadQuery>;
  readonly perMinute?: number;
};

/** Redrive and discard: of what was picked, of one, or of all that fit; each asks on a page that counts first. */
export function installDeadLetterActions(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, deed: Deed, fields: URLSearchParams, fault?: string) {
    const { perMinute, ...choice } = choiceOf(fields);
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(deed.route, { token, body: { ...choice, preview: true } }),
    );
    const done = data.data;
    const page = await renderConfirmation(view, {
      ...(deed.verb === 'redrive' ? redriveWords(done, perMinute) : discardWords(done)),
      section: 'dead',
      reason: 'needed',
      action: `/dead/${deed.verb}`,
      more: <Sorts done={done} />,
      hidden: hiddenOf(choice),
      keep: { word: 'Leave them', href: '/dead' },
      ...(deed.verb === 'redrive' ? { choice: <PaceField value={perMinute} /> } : {}),
      ...(fault === undefined ? {} : { fault }),
    });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  // What was picked in the list comes as a form, and goes on as a link that can be gone back to.
  app.post('/dead/picked', async (context) => {
    const fields = await readFields(context);
    const verb = fields.get('do') === 'discard' ? 'discard' : 'redrive';
    const picked = choiceOf(fields).picked ?? [];
    return context.redirect(`/dead/${verb}?${picked.map((id) => `job=${id}`).join('&')}`, 303);
  });

  for (const deed of DEEDS) {
    app.get(`/dead/${deed.verb}`, (context) => ask(context, deed, new URL(context.req.url).searchParams));

    app.post(`/dead/${deed.verb}`, async (context) => {
      const fields = await readFields(context);
      const read = readConfirmed(Object.fromEntries(fields));
      if ('fault' in read) return await ask(context, deed, fields, read.fault);
      const body = { ...choiceOf(fields), ...read };
      const { data } = await pages.act(context, (client, token) => client.call(deed.route, { token, body }));
      const rest = data.matched >= A_CALL ? ' There may be more: do it again.' : '';
      setFlash(context, { tone: rest === '' ? 'ok' : 'warn', text: `${doneWords(deed, data, body.perMinute)}${rest}` });
      return context.redirect('/dead', 303);
    });
  }
}

function choiceOf(fields: URLSearchParams): Choice {
  const picked = [...new Set(fields.getAll('job'))].filter((id) => UUID.test(id)).slice(0, MOST_PICKED);
  const pace = Math.floor(Number(fields.get('pace') ?? ''));
  const perMinute = pace >= 1 ? { perMinute: Math.min(pace, FASTEST) } : {};
  if (picked.length > 0) return { picked, ...perMinute };
  if (fields.get('all') !== 'yes') {
    throw new PageFault(400, 'nothing_picked', 'No dead letter was picked', { detail: 'Pick one in the list first.' });
  }
  const { queue, reason, name } = readDeadQuery(Object.fromEntries(fields));
  const filter = Object.fromEntries(fieldsOf({ queue, reason, name }));
  return { filter: readDeadQuery(filter), ...perMinute };
}

function hiddenOf({ picked, filter }: Choice): [string, string][] {
  if (picked !== undefined) return picked.map((id) => ['job', id]);
  return [['all', 'yes'], ...fieldsOf(filter ?? {})];
}

function redriveWords({ matched }: DeadDone, perMinute: number | undefined) {
  const pace =
    perMinute === undefined || matched < 2
      ? 'Each gets another attempt at once.'
      : `At ${perMinute} a minute the last one starts in ${duration(((matched - 1) / perMinute) * 60_000)}.`;
  return {
    title: `Redrive ${plural(matched, 'dead letter')}?`,
    what: `${pace} They leave the dead letters; one that fails again comes back. One call redrives ${A_CALL} at most, the oldest first.`,
    verb: 'Redrive them',
  };
}

function discardWords({ matched }: DeadDone) {
  return {
    title: `Discard ${plural(matched, 'dead letter')}?`,
    what: 'They leave the dead letters and nobody will redrive them from here. The failed jobs stay in the history as long as any job does.',
    verb: 'Discard them',
    danger: true,
  };
}

function doneWords({ verb }: Deed, { changed }: DeadDone, perMinute: number | undefined): string {
  if (verb === 'discard') return `${plural(changed, 'job was', 'jobs were')} taken out of the dead letters.`;
  const pace = perMinute === undefined ? 'at once' : `${perMinute} a minute`;
  return `${plural(changed, 'job gets', 'jobs get')} another attempt, ${pace}.`;
}

function Sorts({ done: { sorts } }: { done: DeadDone }) {
  if (sorts.length === 0) return null;
  return (
    <table class="flat">
      <caption class="sr">What is concerned</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Last error</th>
          <th scope="col" class="num">
            Jobs
          </th>
        </tr>
      </thead>
      <tbody>
        {sorts.map(({ name, error, count }) => (
          <tr>
            <td>
              <b>{name}</b>
            </td>
            <td class="grow">
              <div class="cut mono">{error}</div>
            </td>
            <td class="num">{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
