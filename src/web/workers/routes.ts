import { readWorker } from '../../contract/routes/workers.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installWorkerActions } from './actions.tsx';
import { renderWorkers } from './workers-page.tsx';

/** The workers, and what can be asked of one. */
export function installWorkerPages(app: WebApp, pages: Pages): void {
  pages.offer('workers', {
    mark({ overview: { workers } }) {
      return workers.offline === 0 ? undefined : { text: `${workers.offline} offline`, tone: 'warn' };
    },
  });

  app.get('/workers', async (context) => {
    const { view } = await pages.open(context, async () => undefined);
    return context.html(await renderWorkers(view));
  });

  // A worker has no page of its own: it is a row of the list.
  app.get('/workers/:id', async (context) => {
    const id = context.req.param('id');
    await pages.act(context, (client, token) => client.call(readWorker, { params: { id }, token }));
    return context.redirect(`/workers#${encodeURIComponent(id)}`, 303);
  });

  installWorkerActions(app, pages);
}
