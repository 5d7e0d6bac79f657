import { backfillSchedule, readSchedule } from '../../contract/routes/schedules.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { readConfirmed, renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { renderPage } from '../frame/page.tsx';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { exact } from '../parts/time.tsx';
import { plural } from '../parts/words.ts';

const DAY_MS = 24 * 3_600_000;

type Range = { readonly from: string; readonly to: string };

/** Backfill: a range, the count that it would fire, and the deed. Times of the form are UTC. */
export function installScheduleBackfill(app: WebApp, pages: Pages): void {
  async function askRange(context: WebContext, name: string, range: Range | undefined, fault?: string) {
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readSchedule, { params: { name }, query: { count: 1 }, token }),
    );
    const shown = range ?? { from: minuteOf(view.nowMs - DAY_MS), to: minuteOf(view.nowMs) };
    const page = await renderPage(view, {
      title: `Backfill ${name}`,
      section: 'schedules',
      live: false,
      children: (
        <section class="confirm" aria-labelledby="backfill">
          <h1 id="backfill">{`Backfill ${data.data.schedule.name}`}</h1>
          <p>
            Past runs of this range that have no job are fired now: those that were missed, left out, or fell into a
            pause.
          </p>
          {fault !== undefined && (
            <p role="alert" class="c s-fail">
              {fault}
            </p>
          )}
          <form method="get">
            <TimeField id="from" word="From, UTC" value={shown.from} />
            <TimeField id="to" word="To, UTC" value={shown.to} />
            <div class="acts">
              <button class="btn pri">Count the runs</button>
              <a class="btn" href={`/schedules/${name}`}>
                Leave it
              </a>
            </div>
          </form>
        </section>
      ),
    });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  async function askDeed(context: WebContext, name: string, range: Range, fault?: string) {
    try {
      const { view, data } = await pages.open(context, (client, token) =>
        client.call(backfillSchedule, { params: { name }, token, body: { ...wire(range), preview: true } }),
      );
      const { matched, first, last } = data.data;
      if (matched === 0) return await askRange(context, name, range, 'Every run of that range has its job already.');
      const page = await renderConfirmation(view, {
        title: `Fire ${plural(matched, 'past run')} of ${name}?`,
        section: 'schedules',
        what: `From ${exact(Date.parse(first ?? ''))} to ${exact(Date.parse(last ?? ''))}. Their jobs are enqueued at once, each as if it had been fired at its time.`,
        verb: 'Fire them',
        reason: 'needed',
        hidden: [
          ['from', range.from],
          ['to', range.to],
        ],
        action: `/schedules/${name}/backfill`,
        keep: { word: 'Leave it', href: `/schedules/${name}` },
        ...(fault === undefined ? {} : { fault }),
      });
      return context.html(page, fault === undefined ? 200 : 400);
    } catch (error) {
      if (!(error instanceof BridgeCallError) || error.status !== 422) throw error;
      return await askRange(context, name, range, error.message);
    }
  }

  app.get('/schedules/:name/backfill', async (context) => {
    const name = context.req.param('name');
    const range = rangeOf(context.req.query());
    return range === undefined ? await askRange(context, name, undefined) : await askDeed(context, name, range);
  });

  app.post('/schedules/:name/backfill', async (context) => {
    const name = context.req.param('name');
    const form = await readForm(context);
    const range = rangeOf(form);
    if (range === undefined) return await askRange(context, name, undefined, 'Say from when to when.');
    const read = readConfirmed(form);
    if ('fault' in read) return await askDeed(context, name, range, read.fault);
    const { data } = await pages.act(context, (client, token) =>
      client.call(backfillSchedule, { params: { name }, token, body: { ...wire(range), ...read } }),
    );
    setFlash(context, { tone: 'ok', text: `${plural(data.fired, 'past run was', 'past runs were')} fired.` });
    return context.redirect(`/schedules/${encodeURIComponent(name)}`, 303);
  });
}

function TimeField({ id, word, value }: { id: string; word: string; value: string }) {
  return (
    <div class="field">
      <label for={id}>{word}</label>
      <input id={id} name={id} type="datetime-local" value={value} required />
    </div>
  );
}

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;

function rangeOf({ from = '', to = '' }: Readonly<Record<string, string>>): Range | undefined {
  const isTime = (text: string) => MINUTE.test(text) && !Number.isNaN(Date.parse(`${text}Z`));
  return isTime(from) && isTime(to) ? { from, to } : undefined;
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

function wire({ from, to }: Range) {
  return { from: new Date(`${from}Z`).toISOString(), to: new Date(`${to}Z`).toISOString() };
}
