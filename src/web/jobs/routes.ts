import { readJob } from '../../contract/routes/jobs.ts';
import { listJobs } from '../../contract/routes/operators.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installJobActions } from './actions.ts';
import { readFilter } from './job-filter.ts';
import { renderJob } from './job-page.tsx';
import { renderJobList } from './list-page.tsx';

/** The list of jobs, one job, and what can be done to it. */
export function installJobPages(app: WebApp, pages: Pages): void {
  pages.offer('jobs');

  app.get('/jobs', async (context) => {
    const filter = readFilter(context.req.query());
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(listJobs, { query: filter, token }),
    );
    return context.html(await renderJobList(view, filter, data.data));
  });

  app.get('/jobs/:queue/:id', async (context) => {
    const params = { queue: context.req.param('queue'), id: context.req.param('id') };
    const { view, data } = await pages.open(context, (client, token) => client.call(readJob, { params, token }));
    return context.html(await renderJob(view, data.data.job));
  });

  installJobActions(app, pages);
}
