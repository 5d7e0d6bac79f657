import { liftRunawayBan, readLimits } from '../../contract/routes/limits.ts';
import { readCircuits } from '../../contract/routes/workers.ts';
import type { Pages } from '../frame/open-page.ts';
import { readConfirmed, renderConfirmation } from '../frame/confirm-page.tsx';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { PageFault } from '../http/page-fault.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { plural } from '../parts/words.ts';
import { renderLimits } from './limits-page.tsx';

/** What is held back on purpose, and the way to let it go. */
export function installLimitPages(app: WebApp, pages: Pages): void {
  pages.offer('limits');

  app.get('/limits', async (context) => {
    const { view, data } = await pages.open(context, (client, token) =>
      Promise.all([client.call(readLimits, { token }), client.call(readCircuits, { token })]),
    );
    const [limits, circuits] = data;
    return context.html(await renderLimits(view, limits.data, circuits.data.circuits));
  });

  async function askLift(context: WebContext, key: string, fault?: string) {
    const { view, data } = await pages.open(context, (client, token) => client.call(readLimits, { token }));
    const ban = data.data.holds.find((hold) => hold.kind === 'runaway' && hold.key === key);
    if (ban === undefined) {
      throw new PageFault(404, 'no_such_ban', 'That key is not banned', {
        detail: 'Its ban has ended, or was lifted.',
      });
    }
    const page = await renderConfirmation(view, {
      title: `Let ${ban.name} run again?`,
      section: 'limits',
      what: `${plural(ban.waiting, 'job')} of the key ${key} will be back at once, and its runs are counted anew. If it still runs in a loop, the guard stops it again.`,
      verb: 'Lift the ban',
      reason: 'needed',
      hidden: [['key', key]],
      action: '/limits/lift',
      keep: { word: 'Keep it stopped', href: '/limits' },
      ...(fault === undefined ? {} : { fault }),
    });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  app.get('/limits/lift', (context) => askLift(context, keyOf(context.req.query())));

  app.post('/limits/lift', async (context) => {
    const form = await readForm(context);
    const key = keyOf(form);
    const read = readConfirmed(form);
    if ('fault' in read) return await askLift(context, key, read.fault);
    const { data } = await pages.act(context, (client, token) =>
      client.call(liftRunawayBan, { token, body: { key, ...read } }),
    );
    setFlash(context, { tone: 'ok', text: `The ban is lifted; ${plural(data.released, 'job')} came back.` });
    return context.redirect('/limits', 303);
  });
}

function keyOf({ key = '' }: Readonly<Record<string, string>>): string {
  return key.replaceAll('\u0000', '').toWellFormed().slice(0, 300);
}
