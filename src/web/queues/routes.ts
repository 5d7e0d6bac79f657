import { listQueues, readQueue } from '../../contract/routes/queues.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installQueueActions } from './actions.ts';
import { renderQueue } from './queue-page.tsx';
import { renderQueues } from './queues-page.tsx';

/** The queues, one queue, and what can be done to it. */
export function installQueuePages(app: WebApp, pages: Pages): void {
  pages.offer('queues');

  app.get('/queues', async (context) => {
    const { view, data } = await pages.open(context, (client, token) => client.call(listQueues, { token }));
    return context.html(await renderQueues(view, data.data.queues));
  });

  app.get('/queues/:name', async (context) => {
    const params = { name: context.req.param('name') };
    const { view, data } = await pages.open(context, (client, token) => client.call(readQueue, { params, token }));
    return context.html(await renderQueue(view, data.data));
  });

  installQueueActions(app, pages);
}
