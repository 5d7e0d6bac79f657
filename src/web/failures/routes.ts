import { z } from 'zod';
import { failureWindow } from '../../contract/failure-view.ts';
import { listFailures, readFailure } from '../../contract/routes/failures.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installFailureActions } from './actions.ts';
import { renderFailure } from './failure-page.tsx';
import { renderFailures } from './failures-page.tsx';

/** What does not fit is left out, as if it had not been asked. */
const listFilter = z.object({
  queue: z.string().min(1).max(128).optional().catch(undefined),
  name: z.string().min(1).max(200).optional().catch(undefined),
  muted: z.enum(['yes', 'no']).default('no').catch('no'),
});
const attemptFilter = z.object({
  within: failureWindow.default('7d').catch('7d'),
  cursor: z.string().min(1).max(400).optional().catch(undefined),
});

/** Failures by kind, one kind, and what can be done to them. */
export function installFailurePages(app: WebApp, pages: Pages): void {
  pages.offer('failures');
  installFailureActions(app, pages);

  app.get('/failures', async (context) => {
    const query = listFilter.parse(context.req.query());
    const { view, data } = await pages.open(context, (client, token) => client.call(listFailures, { query, token }));
    return context.html(await renderFailures(view, query, data.data));
  });

  app.get('/failures/:fingerprint', async (context) => {
    const params = { fingerprint: context.req.param('fingerprint') };
    const query = attemptFilter.parse(context.req.query());
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readFailure, { params, query, token }),
    );
    return context.html(await renderFailure(view, query, data.data));
  });
}
