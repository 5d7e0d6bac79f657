import { listSavedViews, readJobFacets, suggestTerms } from '../../contract/routes/job-search.ts';
import { readJobLogs } from '../../contract/routes/job-logs.ts';
import { readJobStanding } from '../../contract/routes/job-standing.ts';
import { readJob } from '../../contract/routes/jobs.ts';
import { listJobs } from '../../contract/routes/operators.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installJobActions } from './actions.ts';
import { installBulkPages } from './bulk-routes.ts';
import { renderJob } from './job-page.tsx';
import { paramsOf } from './job-path.ts';
import { installLogPages } from './log-routes.ts';
import { installRepeatPages } from './repeat-routes.tsx';
import { renderJobList } from './list-page.tsx';
import { oldHref, readSearch } from './search.ts';
import { installViewPages } from './view-routes.tsx';

const ROWS = 50;
/** What a page shows of a log; the rest is a click away. */
const LOG_LINES = 200;

/** The list of jobs, one job, and what can be done to them. */
export function installJobPages(app: WebApp, pages: Pages): void {
  pages.offer('jobs');

  app.get('/jobs', async (context) => {
    const query = new URL(context.req.url).searchParams;
    const newer = oldHref(query);
    if (newer !== undefined) return context.redirect(newer, 302);
    const search = readSearch(query);
    const { view, data } = await pages.open(context, async (client, token) => {
      if (search.fault !== undefined) return undefined;
      const { q, cursor } = search;
      const [list, facets, views] = await Promise.all([
        client.call(listJobs, { query: { q, limit: ROWS, ...(cursor === undefined ? {} : { cursor }) }, token }),
        client.call(readJobFacets, { query: { q }, token }),
        client.call(listSavedViews, { token }),
      ]);
      // Of a large table facets are counted over a wider stretch than the list; what the list shows is there for sure.
      const matched = Math.max(facets.data.matched, facets.data.more ? list.data.jobs.length : 0);
      return { list: list.data, facets: { ...facets.data, matched }, views: views.data.views };
    });
    return context.html(await renderJobList(view, search, data), search.fault === undefined ? 200 : 400);
  });

  // For the script: how the term that somebody types may go on.
  app.get('/jobs/suggest', async (context) => {
    const term = (context.req.query('term') ?? '').slice(0, 200);
    const { data } = await pages.act(context, (client, token) => client.call(suggestTerms, { query: { term }, token }));
    return context.json(data);
  });

  installViewPages(app, pages);
  installBulkPages(app, pages);

  app.get('/jobs/:queue/:id', async (context) => {
    const params = paramsOf(context);
    const asked = Number(context.req.query('log') ?? 0);
    const attempt = Number.isInteger(asked) && asked > 0 && asked < 1e6 ? { attempt: asked } : {};
    const { view, data } = await pages.open(context, async (client, token) => {
      const [job, standing, log] = await Promise.all([
        client.call(readJob, { params, token }),
        client.call(readJobStanding, { params, token }),
        client.call(readJobLogs, { params, query: { ...attempt, last: LOG_LINES }, token }),
      ]);
      return { job: job.data.job, standing: standing.data, lines: log.data.lines };
    });
    const shown = attempt.attempt ?? data.job.attempts.at(-1)?.attempt;
    const lines = data.lines.filter((each) => each.attempt === shown).map(({ line }) => line);
    const log = shown === undefined ? undefined : { attempt: shown, lines, isCut: lines.length >= LOG_LINES };
    return context.html(await renderJob(view, { job: data.job, standing: data.standing, log }));
  });

  installRepeatPages(app, pages);
  installLogPages(app, pages);
  installJobActions(app, pages);
}
