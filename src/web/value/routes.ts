import { jobValueQuery } from '../../contract/job-value.ts';
import { readJobValue } from '../../contract/routes/job-value.ts';
import type { Pages } from '../frame/open-page.ts';
import { PageFault } from '../http/page-fault.ts';
import type { WebApp } from '../http/web-context.ts';
import { renderValue } from './value-page.tsx';

/** A large payload or output, one level a page: what is not looked at is never sent. */
export function installValuePages(app: WebApp, pages: Pages): void {
  app.get('/jobs/:queue/:id/value', async (context) => {
    const params = { queue: context.req.param('queue'), id: context.req.param('id') };
    const query = jobValueQuery.safeParse(context.req.query());
    if (!query.success) throw new PageFault(404, 'not_found', 'Nothing is here');
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readJobValue, { params, query: query.data, token }),
    );
    return context.html(await renderValue(view, { ...params, ...query.data }, data.data));
  });
}
